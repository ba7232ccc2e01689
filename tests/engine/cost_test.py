"""What a health check costs inside a container, beside the Python that it replaces."""

import json

import pytest

# What a process costs that does nothing is the engine's and the kernel's affair.
# Runs by turns, so that a busy machine slows all; prints medians of wall and of CPU, s.
MEASURE = """
import json, os, statistics, sys, time
password = sys.stdin.read()
commands = {
  "nothing": ["/bin/true"],
  "probe": ["/usr/local/bin/healthprobe", "ingestion"],
  "python": ["/usr/bin/python3", "-c",
    "import redis, json, os, sys; r=redis.from_url(os.environ['REDIS_URL']); "
    "s=json.loads(r.getrange('health:ingestion', 0, -1) or '{}'); "
    "sys.exit(0 if s.get('status')=='healthy' else 1)"]}
environment = {"PATH": "/usr/bin", "REDIS_URL": f"redis://probe:{password}@redis:6379"}
quiet = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]

def run(command):
    began = time.perf_counter()
    pid = os.posix_spawn(command[0], command, environment, file_actions=quiet)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - began
    assert status == 0, (command, status)
    return wall, usage.ru_utime + usage.ru_stime

found = {name: [] for name in commands}
for _ in range(11):
    found["python"].append(run(commands["python"]))
    for _ in range(10):
        for name in ("nothing", "probe"):
            found[name].append(run(commands[name]))
print(json.dumps({name: [statistics.median(x) for x in zip(*runs)] for name, runs in found.items()}))
"""

TRIES = 3  # of a machine that has something else to do


# The aim is 3 ms and a hundredth; the figures are printed. A busy machine, and one that
# pays much for a page fault, is given twice that, so that only a real loss is red.
CPU = 0.006  # seconds
PART = 0.02  # of what Python takes


def test_a_health_check_takes_little(running_stack):
    found = []
    while len(found) < TRIES:
        found.append(measured(running_stack))
        cpu, part = found[-1]
        if cpu < CPU and part < PART:
            return
    pytest.fail(f"CPU in seconds, and wall time as a part of Python's: {found}")


def measured(stack):
    done = stack.python("redis", MEASURE, "probe")
    assert done.returncode == 0, done.stderr
    medians = json.loads(done.stdout)
    for name, (wall, cpu) in medians.items():
        print(f"{name}: {wall * 1e3:.2f} ms, {cpu * 1e3:.2f} ms of CPU", flush=True)
    (wall, cpu), (nothing, nothing_cpu) = medians["probe"], medians["nothing"]
    part = (wall - nothing) / (medians["python"][0] - nothing)
    print(f"without nothing: {(cpu - nothing_cpu) * 1e3:.2f} ms of CPU, 1/{1 / part:.0f} of Python")
    return cpu - nothing_cpu, part
