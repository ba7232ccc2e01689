"""The rows of scripts/bench: what something costs beside something else, in one run."""

import dataclasses
import os
import statistics
import sys
import time


@dataclasses.dataclass
class Row:
    what: str
    beside: str
    unit: str
    ours: float
    other: float  # 0: nothing is beside it
    ratio: float  # the median of the pairs; for a cost of its own, the cost
    low: float  # the quartiles of the same
    high: float
    limit: float | None = None
    why: str = ""  # of a ratio that surprises

    @property
    def is_kept(self):
        return self.limit is None or self.ratio <= self.limit


def of_pairs(what, beside, pairs, limit=None, unit="ms", why=""):
    low, ratio, high = statistics.quantiles([a / b for a, b in pairs], n=4)
    ours, other = (statistics.median(column) for column in zip(*pairs))
    return Row(what, beside, unit, ours, other, ratio, low, high, limit, why)


def of_cost(what, unit, values, limit=None):
    low, middle, high = statistics.quantiles(values, n=4) if len(values) > 1 else values * 3
    return Row(what, "", unit, middle, 0, middle, low, high, limit)


def run(command, environment, output, expected=0):
    """Milliseconds, and the page faults of the process."""
    began = time.perf_counter()
    pid = os.posix_spawn(command[0], command, environment, file_actions=[(os.POSIX_SPAWN_DUP2, output, 1)])
    _, status, usage = os.wait4(pid, 0)
    took = (time.perf_counter() - began) * 1e3
    if os.waitstatus_to_exitcode(status) != expected:
        sys.exit(f"bench: {' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return took, usage.ru_minflt


def paired(runs, ours, other):
    """Runs both in turn, so that a change of the machine's speed meets both."""
    return [(ours(), other()) for _ in range(runs + 3)][3:]
