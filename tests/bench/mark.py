#!/usr/bin/env python3
"""mark.py [RUNS]: what the hot calls of the Python package cost, in nanoseconds, and how many times an empty
method in C: medians. With --json, all pairs.

PYTHONPATH says which package, with or without its extension, and where empty_method is; HEARTBEAT_LIBRARY
which library.
"""

import json
import statistics
import sys
import timeit

from empty_method import Empty
from heartbeat import CRITICAL, WARNING, Heartbeat

CALLS = 1_000  # few, so that most runs are not interrupted
HOT = ("ticks.mark()", "ticks.mark(5)", "flag.set(True)", "attempts.set(2)", "attempts.add(0.5)")

empty = Empty()
beat = Heartbeat(service="bench", redis_url="unix:///nonexistent.sock", stop_timeout=0.1, log=None)
ticks, flag, attempts = beat.activity("ticks"), beat.flag("flag"), beat.gauge("attempts")
beat.check("ticks", CRITICAL, ticks.within(60))
beat.check("flag", CRITICAL, flag.is_set())
beat.check("attempts", WARNING, attempts < 1e9)
ticks.mark()
flag.set(True)
attempts.set(1)
beat.start()


def loop(call):
    timer = timeit.Timer(call, globals=globals())
    return lambda: timer.timeit(CALLS) / CALLS * 1e9


def measure(runs):
    """By call, pairs with the empty method: in turn, so that a change of the machine's speed meets both."""
    loops, baseline = {call: loop(call) for call in HOT}, loop("empty.call()")
    pairs = {call: [] for call in HOT}
    for _ in range(runs):
        for call in HOT:
            pairs[call].append((loops[call](), baseline()))
    return pairs


found = measure(next((int(word) for word in sys.argv[1:] if word.isdigit()), 300))
if "--json" in sys.argv:
    print(json.dumps(found))
else:
    for name, times in found.items():
        ratio = statistics.median(ours / other for ours, other in times)
        print(f"{name:18} {statistics.median(ours for ours, _ in times):6.0f} ns {ratio:6.2f}")
