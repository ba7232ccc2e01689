"""Turns the data of a source at one moment into a check's state. Pure: times are arguments."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, Optional

from heartbeat._python.clock import FAR_FUTURE
from heartbeat._python.sources import COMPARISONS, NEVER, Events, compare
from heartbeat._python.texts import MS, SECOND, format_duration

UNBOUNDED = 2**64 - 1


class OpenPeriod(NamedTuple):
    """The time since when a check counts, and how long it may be without data."""

    opened: int  # the later of start() and its schedule's opening
    grace: int  # for sources without a limit of their own
    reopened: bool = False  # the schedule opened after start()
    passed_since_opened: bool = False


class CheckResult:
    """A check at one moment, without its schedule."""

    def __init__(self, state: str = "waiting", value: Any = None):
        self.state, self.value = state, value
        self.value_is_minimum = False
        self.changes_at = FAR_FUTURE  # when the mere passing of time can change the state
        self.clears_at: Optional[int] = None
        self.events_to_change = NEVER  # the smallest number of events that can change the state
        self.output = ""


class CountRange(NamedTuple):
    """The counts that pass, both ends included; with `negated` the counts that fail."""

    low: int
    high: int
    negated: bool = False

    def passes(self, count: int) -> bool:
        return (self.low <= count <= self.high) != self.negated

    def stamps_needed(self) -> int:
        return self.low if self.high == UNBOUNDED else self.high + 1


def count_range(comparison: int, limit: float) -> Optional[CountRange]:
    """All counts c with `c comparison limit`; None if every count or none passes."""
    if not 0 <= limit <= 1e15:
        return None
    down, up = math.floor(limit), math.ceil(limit)
    sign = COMPARISONS[comparison]
    if sign == "<":
        return None if up == 0 else CountRange(0, up - 1)
    if sign == "<=":
        return CountRange(0, down)
    if sign == ">":
        return CountRange(down + 1, UNBOUNDED)
    if sign == ">=":
        return None if up == 0 else CountRange(up, UNBOUNDED)
    return CountRange(down, down, sign == "!=") if down == up else None


def later(start: int, by: int) -> int:
    return FAR_FUTURE if by > FAR_FUTURE - max(start, 0) else start + by


def _wait(result: CheckResult, until: int, now: int) -> CheckResult:
    """Waits until `until`, then fails."""
    expired = now >= until
    result.state = "fail" if expired else "waiting"
    result.changes_at = FAR_FUTURE if expired else until
    return result


def _evaluate_level(
    value: Any, has_data: bool, holds: bool, period: OpenPeriod, now: int
) -> CheckResult:
    """A value that does not hold waits for the grace if there is no data, or if the check has not
    passed since its schedule opened: a value from the night says nothing about the day."""
    result = CheckResult("pass" if holds else "fail", value)
    if not holds and (not has_data or (period.reopened and not period.passed_since_opened)):
        _wait(result, later(period.opened, period.grace), now)
    return result


def evaluate_flag(value: Optional[bool], period: OpenPeriod, now: int) -> CheckResult:
    return _evaluate_level(value, value is not None, value is True, period, now)


def evaluate_gauge(
    value: float, touched: bool, comparison: int, limit: float, period: OpenPeriod, now: int
) -> CheckResult:
    return _evaluate_level(value, touched, compare(value, comparison, limit), period, now)


def evaluate_age(events: Events, limit: int, period: OpenPeriod, now: int) -> CheckResult:
    result = CheckResult()
    waits_from, last = period.opened, 0
    ever = events.total > 0
    if ever:
        last = events.newest(1)
        result.value = max(0.0, (now - last) / SECOND)
        waits_from = max(last, period.opened)
    _wait(result, later(waits_from, limit), now)
    if ever and now - last < limit:  # an event before the opening also counts while it is young
        result.state = "pass"
        result.changes_at = later(last, limit)
    if result.state != "pass":
        result.events_to_change = 1
    return result


def evaluate_count(
    events: Events, wanted: CountRange, window: int, period: OpenPeriod, now: int
) -> CheckResult:
    result = CheckResult()
    count = events.count(window, now)
    result.value = float(count)
    result.value_is_minimum = count == events.capacity() and events.total > count

    if count < wanted.low:
        result.events_to_change = wanted.low - count
    elif count > wanted.high:
        result.changes_at = later(events.newest(wanted.high + 1), window)  # then `high` are left
    else:
        if wanted.high != UNBOUNDED:
            result.events_to_change = wanted.high - count + 1
        if wanted.low > 0:
            result.changes_at = later(events.newest(wanted.low), window)

    if wanted.passes(count):
        result.state = "pass"
        return result
    result.state = "fail"
    if result.changes_at != FAR_FUTURE:
        result.clears_at = result.changes_at
    # Too few events are a failure only once the window is full. For "!= 0" too few means no event.
    may_wait = count < wanted.low or (wanted.negated and wanted.high == 0)
    full_at = later(period.opened, window)
    if may_wait and now < full_at:
        result.state = "waiting"
        result.changes_at = min(result.changes_at, full_at)
    return result


def evaluate_rate(
    events: Events, wanted: CountRange, window: int, period: OpenPeriod, now: int
) -> CheckResult:
    """`wanted` is in events over the whole window, the result's value in events a second."""
    result = evaluate_count(events, wanted, window, period, now)
    result.clears_at = None
    span = window
    if result.value_is_minimum:  # takes the rate of the kept stamps
        span = max(now - events.newest(events.capacity()), MS)
        result.value_is_minimum = False
    result.value = result.value / (span / SECOND)
    return result


class CallbackState(NamedTuple):
    """The last answer of a test, and whether a call is running."""

    success: Optional[bool] = None  # of the last call that returned
    called_at: Optional[int] = None  # when the running call began
    output: str = ""  # why the last call failed


def evaluate_callback(
    callback: CallbackState, limit: int, period: OpenPeriod, now: int
) -> CheckResult:
    result = CheckResult(value=callback.success)
    result.output = callback.output
    called_at = callback.called_at
    if called_at is not None and now - called_at >= limit:
        result.value, result.state = False, "fail"
        result.output = f"no answer for {format_duration((now - called_at) // MS)}"
        return result
    if callback.success is None:
        _wait(result, later(period.opened, period.grace), now)
    else:
        result.state = "pass" if callback.success else "fail"
    if called_at is not None:
        result.changes_at = min(result.changes_at, later(called_at, limit))
    return result
