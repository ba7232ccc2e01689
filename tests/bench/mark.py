#!/usr/bin/env python3
"""mark.py: what the hot calls of the Python package cost, in nanoseconds; the best of many runs.

HEARTBEAT_LIBRARY and PYTHONPATH say which library and which module.
"""

import timeit

from heartbeat import CRITICAL, WARNING, Heartbeat

CALLS = 2_000  # few, so that some runs are not interrupted

beat = Heartbeat(service="bench", redis_url="unix:///nonexistent.sock", stop_timeout=0.1)
ticks, flag, attempts = beat.activity("ticks"), beat.flag("flag"), beat.gauge("attempts")
beat.check("ticks", CRITICAL, ticks.within(60))
beat.check("flag", CRITICAL, flag.is_set())
beat.check("attempts", WARNING, attempts < 10)
ticks.mark()
flag.set(True)
attempts.set(1)
beat.start()

for call in ("pass", "ticks.mark()", "ticks.mark(5)", "flag.set(True)", "attempts.set(2)"):
    best = min(timeit.repeat(call, globals=globals(), number=CALLS, repeat=300))
    print(f"{call:16} {best / CALLS * 1e9:6.0f} ns")
