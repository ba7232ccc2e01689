"""What the service marks. One lock guards the sources of a beat and its checks; it is reentrant,
because a signal handler may mark as well."""

from __future__ import annotations

import math
import operator
from array import array
from typing import Any, Callable, Optional

from heartbeat._python.clock import Clock
from heartbeat._python.secrets_mask import cut_before_mask

COMPARISONS = "<", "<=", ">", ">=", "==", "!="
_OPERATORS = operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne
MAX_FLAG_REASON = 120
NEVER = 2**64 - 1
INFINITY = math.inf


def compare(left: float, comparison: int, right: float) -> bool:
    """A comparison with NaN never holds, not even `!=`."""
    if math.isnan(left) or math.isnan(right):
        return False
    return bool(_OPERATORS[comparison](left, right))


class Guard:
    """The lock, and what ends the sleep of the beat threads."""

    def __init__(self, new_lock: Callable[[], Any], wake: Callable[[], None]):
        self._new_lock, self.wake = new_lock, wake
        self.lock = new_lock()

    def after_fork_in_child(self) -> None:
        """Another thread of the parent may have held the lock, which no one would release."""
        self.lock = self._new_lock()


class Flag:
    def __init__(self, guard: Guard):
        self._guard = guard
        self.state: Optional[bool] = None
        self.reason = ""

    def set(self, value: int) -> None:
        self._set(bool(value), "")

    def set_false(self, reason: str) -> None:
        self._set(False, cut_before_mask(reason, MAX_FLAG_REASON))

    def _set(self, value: bool, reason: str) -> None:
        with self._guard.lock:
            changed = self.state is not value
            if changed or reason:
                self.state, self.reason = value, reason
        if changed:
            self._guard.wake()

    def value(self) -> int:
        return -1 if self.state is None else int(self.state)


class Gauge:
    def __init__(self, guard: Guard):
        self._guard = guard
        self.number = 0.0
        self.touched = False
        # No check changes while the value is between the two.
        self.quiet_from, self.quiet_to = INFINITY, -INFINITY

    def set(self, value: float) -> None:
        with self._guard.lock:
            self.number, self.touched = float(value), True
            quiet = self.quiet_from <= self.number <= self.quiet_to
        if not quiet:  # NaN never is
            self._guard.wake()

    def add(self, by: float) -> None:
        with self._guard.lock:
            self.set(self.number + by)

    def value(self) -> float:
        return self.number


class Events:
    """The time stamps of the newest events, in a ring of fixed size. The stamp of the (N+1)th
    newest event answers "N or fewer in the last W" exactly."""

    def __init__(self, guard: Guard, clock: Clock):
        self._guard, self._clock = guard, clock
        self._stamps = array("q", [0])
        self._mask = 0
        self.total = 0
        self.announce_at = NEVER  # the total that may change a check

    def mark(self) -> None:
        with self._guard.lock:
            self._stamps[self.total & self._mask] = self._clock.now()
            self.total += 1
            announces = self.total >= self.announce_at
            if announces:
                self.announce_at = NEVER
        if announces:
            self._guard.wake()

    def mark_n(self, n: int) -> None:
        if n == 0:
            return
        with self._guard.lock:
            now, size = self._clock.now(), len(self._stamps)
            last = self.total + n
            for i in range(max(self.total, last - size), last):
                self._stamps[i & self._mask] = now
            self.total = last
            announces = self.total >= self.announce_at
            if announces:
                self.announce_at = NEVER
        if announces:
            self._guard.wake()

    def reserve(self, n: int) -> None:
        """From now on keeps at least the `n` newest stamps."""
        with self._guard.lock:
            size = 1 << max(n - 1, 0).bit_length()
            if len(self._stamps) >= size:
                return
            stamps = array("q", bytes(8 * size))
            for i in range(max(0, self.total - len(self._stamps)), self.total):
                stamps[i & (size - 1)] = self._stamps[i & self._mask]
            self._stamps, self._mask = stamps, size - 1

    # The rest is for evaluations, which hold the lock.

    def capacity(self) -> int:
        return len(self._stamps)

    def newest(self, k: int) -> int:
        """The stamp of the k-th newest event; k from 1 to min(total, capacity)."""
        return self._stamps[(self.total - k) & self._mask]

    def count(self, window: int, now: int) -> int:
        """How many of the kept stamps are less than `window` old. A binary search: the k-th newest
        stamp is older for a larger k."""
        inside, outside = 0, min(self.total, self.capacity()) + 1
        while outside - inside > 1:
            middle = (inside + outside) // 2
            if now - self.newest(middle) < window:
                inside = middle
            else:
                outside = middle
        return inside
