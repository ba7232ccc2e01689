"""The library's hot path beside the least that could do its work (one relaxed fetch_add, one relaxed store of
the coarse clock) and beside prometheus-cpp, that of Python beside an empty method in C, and what one beat of 20
and of 100 checks costs up to the sink. CPU time, repetitions interleaved. Builds build/bench; wants what `scripts/packages build bench` installs.

Where it may, as root, it runs at real-time priority for a few seconds: on a busy machine two threads that are
never on two processors at once do not contend for anything."""

import collections
import json
import os
import shutil
import subprocess
import sys

from rows import of_cost, of_pairs
from setting import ROOT

BUILD = ROOT / "build/bench"

# What is measured, beside what, the ratio allowed at one thread and at two, and the reason if it surprises.
RATIOS = (
    ("mark", "bare_limit", (1.15, 1.15),
     "The bare limit stores every stamp, mark only one that differs from the stamp before."),
    ("mark_counted", "bare_limit", (1.6, 1.6), ""),
    ("mark", "prometheus_increment", (1.5, 1.15), "mark reads the clock."),
    ("mark_counted", "prometheus_increment", (1.5, 1.5), ""),
    ("flag_set", "bare_limit", (1.3, 1.3), "A flag that has this value already is only read."),
    ("gauge_set", "prometheus_gauge_set", (1.3, 1.3), ""),
    ("gauge_add", "bare_limit", (1.5, 2),
     "It reads no clock. Two threads: a double is added to in a loop, again if the other thread was first."),
)
PYTHON_LIMITS = {"ticks.mark()": 3}  # times an empty method in C
BEAT_LIMITS_US = {"20": 30, "100": 120}  # by the number of checks


def build():
    for command in (
        ["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-Wno-dev", "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
         "-DHEALTHPROBE_BENCHMARKS=ON", "-DHEALTHPROBE_STAND_INS=OFF", "-DHEALTHPROBE_TESTS=OFF"],
        ["cmake", "--build", BUILD, "-j2", "--target", "heartbeat_bench", "heartbeat_c",
         "heartbeat_hot_calls", "empty_method"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(done.stdout + done.stderr)


def python_pairs(runs):
    """Of the package as a wheel has it, by Debian's Python."""
    package = BUILD / "package"
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(ROOT / "heartbeat/python/heartbeat", package / "heartbeat")
    shutil.copy(BUILD / "lib/_hot_calls.abi3.so", package / "heartbeat")
    environment = {**os.environ, "HEARTBEAT_LIBRARY": BUILD / "lib/libheartbeat.so",
                   "PYTHONPATH": f"{package}:{BUILD / 'tests/bench'}"}
    command = ["/usr/bin/python3", "-B", ROOT / "tests/bench/mark.py", "--json", str(runs)]
    return json.loads(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


def times(repetitions):
    command = [BUILD / "bin/heartbeat_bench", "--benchmark_format=json",
               f"--benchmark_repetitions={repetitions}", "--benchmark_min_time=0.01",
               "--benchmark_enable_random_interleaving=true"]
    real_time = ["chrt", "-f", "10"]
    if subprocess.run([*real_time, "true"], capture_output=True, check=False).returncode == 0:
        command = [*real_time, *command]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = collections.defaultdict(list)
    for one in json.loads(output)["benchmarks"]:
        if one["run_type"] == "iteration":
            name, *arguments = one["run_name"].split("/")
            number = "".join("/" + argument for argument in arguments if argument.isdigit())
            found[name + number, one["threads"]].append(one["cpu_time"])
    return found


def measure(runs):
    build()
    found = times(max(5, runs // 3))
    for threads in (1, 2):
        for ours, other, limits, why in RATIOS:
            yield of_pairs(f"{ours}, {threads} thread{'s'[:threads - 1]}", other,
                           list(zip(found[ours, threads], found[other, threads])), limits[threads - 1], "ns", why)
    for call, pairs in python_pairs(3 * runs).items():
        yield of_pairs(f"Python: {call}", "an empty method in C", pairs, PYTHON_LIMITS.get(call), "ns",
                       "" if call.endswith("()") else "It converts an argument.")
    for checks, limit in BEAT_LIMITS_US.items():
        yield of_cost(f"a beat of {checks} checks", "us", [ns / 1e3 for ns in found[f"beat/{checks}", 1]], limit)
        yield of_cost(f"its look at {checks} checks", "us", [ns / 1e3 for ns in found[f"look/{checks}", 1]])
    for name in ("membarrier", "schedule_at"):
        yield of_cost(name, "us", [ns / 1e3 for ns in found[name, 1]])
