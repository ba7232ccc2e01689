"""What `healthbeat run` adds to a command, beside the command alone: time to its start, processor time of
passing output on for 10 s, at 100 MB a minute in blocks and at 10 000 lines a second, each written alone,
without and with five --line; and memory of a job, without and with five --line whose rules count to ten."""

import os
import re
import resource
import subprocess
import time
from pathlib import Path

from rows import of_cost, paired
from setting import BIN, redis_server

HEALTHBEAT = str(BIN / "healthbeat")
RATE, SECONDS, BLOCK, LINES_A_SECOND = 100_000_000 / 60, 10, 64 * 1024, 10_000
BLOCKS = f"""
import os, time
block = b"x" * 127 + b"\\n"
block *= {BLOCK} // len(block)
began = time.monotonic()
for i in range(int({RATE} * {SECONDS} / {BLOCK})):
    os.write(2, block)
    time.sleep(max(0, began + i * {BLOCK} / {RATE} - time.monotonic()))
"""
SINGLE_LINES = f"""
import os, time
began = time.monotonic()
for i in range({LINES_A_SECOND * SECONDS}):
    os.write(2, b"2026-11-27 16:00:00.000 INFO TICK NIFTY 24000.05 volume %d received\\n" % i)
    if i % 10 == 0:
        time.sleep(max(0, began + i / {LINES_A_SECOND} - time.monotonic()))
"""
LINES = ("ticks=TICK", "errors=/ERROR .*timeout/", "forbidden=/ 40[13] /", "fatal=FATAL", "slow=/took [0-9]{4,} ms/")


def five_lines(most):
    """Five --line, each with a rule that fails from this number of events a minute on."""
    return [
        word
        for line in LINES
        for word in ("--rule", f"{line.split('=')[0]} count 1m < {most} warning", "--line", line)
    ]


def watched(*command, options=()):
    return [HEALTHBEAT, "run", *options, "bench", "--", *command]


def start_time(command, environment):
    began = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        process.stdout.read(1)
        return 1000 * (time.perf_counter() - began)


def processor_time(command, environment):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process:
        while process.stderr.read1(BLOCK):
            pass
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def memory_of(process):
    """Of healthbeat and its companion, in KiB; shared pages count for their share."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    own = [pid for pid in children if Path(f"/proc/{pid}/comm").read_text() == "beat-companion\n"]
    assert len(own) == 1, children
    return sum(
        int(re.search(r"^Pss: *(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1])
        for pid in [process.pid, *own]
    )


def measure(runs):
    with redis_server() as server:
        environment = {**os.environ, **server.environment()}
        echo = ("/bin/echo", "x")
        pairs = paired(2 * runs, lambda: start_time(watched(*echo), environment), lambda: start_time(echo, environment))
        yield of_cost("healthbeat run: added to the start", "ms", [ours - alone for ours, alone in pairs], limit=5)
        for name, program, how, options, limit in (
            ("100 MB a minute", BLOCKS, "without --line", (), 1),
            ("100 MB a minute", BLOCKS, "with five --line", five_lines(1_000_000), None),
            ("10 000 lines a second", SINGLE_LINES, "without --line", (), None),
            ("10 000 lines a second", SINGLE_LINES, "with five --line", five_lines(1_000_000), 5),
        ):
            writer = ("/usr/bin/python3", "-c", program)
            command = watched(*writer, options=options)
            costs = [processor_time(command, environment) - processor_time(writer, environment) for _ in range(3)]
            yield of_cost(f"healthbeat run: {name}, {how}", "% of a processor",
                          [100 * cost / SECONDS for cost in costs], limit)
        for how, options in ("without --line", ()), ("with five --line", five_lines(10)):
            with subprocess.Popen(watched("sleep", "60", options=options), env=environment) as job:
                time.sleep(3)
                yield of_cost(f"healthbeat run: memory, {how}", "KiB", [memory_of(job)], limit=4096)
                job.terminate()
    yield of_cost("healthbeat: size", "bytes", [os.path.getsize(HEALTHBEAT)])
