"""The declared checks and the state of each. No clock, no I/O; its caller holds the lock."""

from __future__ import annotations

import math
import re
import sys
from typing import Any, Dict, List, NamedTuple, Optional, Union

from heartbeat._python.clock import FAR_FUTURE, ClockReading
from heartbeat._python.evaluate import (
    CallbackState, CheckResult, CountRange, OpenPeriod, count_range, evaluate_age,
    evaluate_callback, evaluate_count, evaluate_flag, evaluate_gauge, evaluate_rate,
)  # fmt: skip
from heartbeat._python.schedule import Schedule, View
from heartbeat._python.secrets_mask import mask_secrets
from heartbeat._python.sources import INFINITY, MAX_FLAG_REASON, NEVER, Events, Flag, Gauge
from heartbeat._python.texts import MS, SECOND, SHOWN_BYTES, printable
from heartbeat._values import ConfigError, Severity, Status

MAX_CHECKS = 100
_YEAR = 365 * 86_400


class Callback:
    """A test of the service, and its last answer."""

    def __init__(self, every: int, limit: int):
        self.every, self.limit = every, limit
        self.state = CallbackState()


class Condition(NamedTuple):
    source: Union[Flag, Events, Gauge, Callback]
    kind: str  # "flag", "age", "count", "rate", "gauge" or "callback"
    comparison: int
    limit: float
    window: int = 0


class CheckReport(NamedTuple):
    """A check as the document shows it; times are of the wall."""

    name: str
    severity: Severity
    state: str
    kind: str
    value: Any
    comparison: int
    limit: Any
    value_is_minimum: bool
    window_ms: Optional[int]
    clears_in_ms: Optional[int]
    since: int
    would_be: Optional[str]
    output: str


class Evaluation(NamedTuple):
    status: Status  # by the checks alone; without checks `starting`
    checks: List[CheckReport]
    changes_at: int  # when the mere passing of time may change a state next


class _DeclaredCheck:
    def __init__(
        self, name: str, severity: Severity, condition: Condition, schedule: Optional[Schedule]
    ):
        self.name, self.severity, self.condition = name, severity, condition
        self.schedule = schedule
        self.range = CountRange(0, 0)
        if condition.kind in ("count", "rate"):
            per = condition.window / SECOND if condition.kind == "rate" else 1
            self.range = count_range(condition.comparison, condition.limit * per) or self.range
        self.view: Optional[View] = None
        self.view_from = 0
        self.state: Optional[str] = None
        self.since = 0
        self.last_passed = -FAR_FUTURE
        self.last_closed = -FAR_FUTURE  # when its schedule was last seen closed


class _ScheduleState(NamedTuple):
    period: OpenPeriod
    open: bool
    changes_at: int


def _on_monotonic(then: int, at: ClockReading) -> int:
    """Seconds since 1970 on the monotonic clock; at most a year back."""
    seconds, within_second = divmod(at.wall, SECOND)
    away = then - seconds
    if away > _YEAR:
        return FAR_FUTURE
    return at.now + max(away, -_YEAR) * SECOND - within_second


def _status_of(severity: Severity, state: str, period: OpenPeriod) -> Status:
    """By one check alone. A check that waits after an opening does not make it `starting`."""
    critical = severity == Severity.CRITICAL
    if state == "fail":
        return Status.UNHEALTHY if critical else Status.DEGRADED
    starting = state == "waiting" and critical and not period.reopened
    return Status.STARTING if starting else Status.HEALTHY


def _evaluate(check: _DeclaredCheck, period: OpenPeriod, now: int) -> CheckResult:
    condition, source = check.condition, check.condition.source
    if isinstance(source, Flag):
        result = evaluate_flag(source.state, period, now)
        if source.state is False:
            result.output = printable(mask_secrets(source.reason), MAX_FLAG_REASON)
        return result
    if isinstance(source, Gauge):
        return evaluate_gauge(
            source.number, source.touched, condition.comparison, condition.limit, period, now
        )
    if isinstance(source, Callback):
        return evaluate_callback(source.state, source.limit, period, now)
    if condition.kind == "age":
        return evaluate_age(source, condition.window, period, now)
    evaluate = evaluate_count if condition.kind == "count" else evaluate_rate
    return evaluate(source, check.range, condition.window, period, now)


class CheckSet:
    def __init__(self, start_grace: int):
        self._grace = start_grace
        self._started: Optional[int] = None
        self._checks: List[_DeclaredCheck] = []

    def add(
        self, name: str, severity: Severity, condition: Condition, schedule: Optional[Schedule]
    ) -> None:
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name):
            raise ConfigError(
                f"check name '{printable(name, SHOWN_BYTES)}' is not 1 to 64 letters, digits, "
                "'.', '_' or '-'"
            )
        if any(check.name == name for check in self._checks):
            raise ConfigError(f"check '{name}' is declared twice")
        if len(self._checks) == MAX_CHECKS:
            raise ConfigError(
                f"check '{name}' exceeds the limit of {MAX_CHECKS} checks for a service"
            )
        if math.isnan(condition.limit):
            raise ConfigError(f"check '{name}' compares with a value that is not a number")
        self._checks.append(_DeclaredCheck(name, severity, condition, schedule))

    def start(self, now: int) -> None:
        """Starts the waiting times, which otherwise start at the first evaluation."""
        self._started = now

    def evaluate(self, at: ClockReading) -> Evaluation:
        if self._started is None:
            self._started = at.now
        thresholds: Dict[Events, int] = {}
        quiet: Dict[Gauge, List[float]] = {}
        status = Status.HEALTHY if self._checks else Status.STARTING
        changes_at, reports = FAR_FUTURE, []
        for check in self._checks:
            schedule = self._schedule_state_of(check, at, self._started)
            result = _evaluate(check, schedule.period, at.now)
            source = check.condition.source
            if isinstance(source, Events):
                least = min(source.total + result.events_to_change, NEVER)
                thresholds[source] = min(thresholds.get(source, NEVER), least)
            if isinstance(source, Gauge):
                _narrow(quiet.setdefault(source, [-INFINITY, INFINITY]), source, check.condition)
            if result.state == "pass":
                check.last_passed = at.now
            state = result.state if schedule.open else "suppressed"
            if check.state != state:
                check.state, check.since = state, at.now
            status = max(status, _status_of(check.severity, state, schedule.period))
            changes_at = min(changes_at, schedule.changes_at)
            if schedule.open:
                changes_at = min(changes_at, result.changes_at)
            reports.append(_report(check, state, result, at))
        for events, total in thresholds.items():
            events.announce_at = total
        for gauge, (low, high) in quiet.items():
            gauge.quiet_from, gauge.quiet_to = low, high
        return Evaluation(status, reports, changes_at)

    def _schedule_state_of(
        self, check: _DeclaredCheck, at: ClockReading, started: int
    ) -> _ScheduleState:
        if check.schedule is None:
            return _ScheduleState(OpenPeriod(started, self._grace), True, FAR_FUTURE)
        # Computing a view takes long: the last view is reused while it holds.
        seconds = at.wall // SECOND
        view = check.view
        if view is None or not check.view_from <= seconds < view.holds_until:
            check.view = view = check.schedule.at(seconds)
            check.view_from = seconds
        if not view.open:
            check.last_closed = at.now
        # If the wall clock jumped into a session, or the machine was suspended until one, the
        # service could not work since the opening: waiting counts from when it was last closed.
        opened = max(_on_monotonic(view.changed, at), check.last_closed)
        period = OpenPeriod(started, self._grace)
        if view.open and opened > started:
            period = OpenPeriod(opened, self._grace, True, check.last_passed >= opened)
        return _ScheduleState(period, view.open, _on_monotonic(view.changes, at))


def _narrow(quiet: List[float], gauge: Gauge, condition: Condition) -> None:
    """To the values on the same side of the limit as the gauge's."""
    value, limit = gauge.number, condition.limit
    if not gauge.touched or math.isnan(value):
        quiet[:] = [INFINITY, -INFINITY]
        return
    # A value between the two that equals the limit wakes the thread once too often, no more.
    if value <= limit:
        quiet[1] = min(quiet[1], limit if value == limit else _before(limit))
    if value >= limit:
        quiet[0] = max(quiet[0], limit if value == limit else -_before(-limit))


def _before(limit: float) -> float:
    """A number below the limit, so near that no value of a service is between the two; Python
    before 3.9 has no nextafter()."""
    if math.isinf(limit):
        return math.copysign(sys.float_info.max, limit)
    return limit - max(abs(limit) * 2.0**-52, 5e-324)


def _report(
    check: _DeclaredCheck, state: str, result: CheckResult, at: ClockReading
) -> CheckReport:
    condition = check.condition
    clears_in_ms = None
    if result.clears_at is not None and state == "fail" and result.clears_at != FAR_FUTURE:
        clears_in_ms = -((at.now - result.clears_at) // MS)  # rounded up
    return CheckReport(
        name=check.name,
        severity=check.severity,
        state=state,
        kind=condition.kind,
        value=result.value,
        comparison=condition.comparison,
        limit=True if condition.kind in ("flag", "callback") else condition.limit,
        value_is_minimum=result.value_is_minimum,
        window_ms=condition.window // MS if condition.kind in ("count", "rate") else None,
        clears_in_ms=clears_in_ms,
        since=(at.wall - (at.now - check.since)) // MS * MS,
        would_be=result.state if state == "suppressed" else None,
        output=result.output,
    )
