"""The backend in Python: the functions of `heartbeat._library`, without libheartbeat.so. It writes
the same document; docs/python.md lists what it cannot do."""

from __future__ import annotations

import os
from typing import List, Optional, Tuple

from heartbeat._python.beat import Beat, Question
from heartbeat._python.check_set import Callback, Condition
from heartbeat._python.clock import Clock, duration
from heartbeat._python.config import resolve
from heartbeat._python.evaluate import count_range
from heartbeat._python.schedule import HORIZON, Schedule
from heartbeat._python.sources import COMPARISONS, Events, Flag, Gauge
from heartbeat._python.texts import SECOND, format_duration, is_whole
from heartbeat._values import ConfigError, Settings, Writer
from heartbeat._version import VERSION as VERSION

NAME = "python"
PATH = None
hot_calls = None

_MAX_STAMPS = 1_000_000
_MIN_STAMPS = 1024  # the document shows a count or a rate exactly up to this many events
_EQUAL = COMPARISONS.index("==")
_LESS = COMPARISONS.index("<")
_TWO_HUNDRED_YEARS = 200 * 31_556_952


# --- Sources; the service calls these directly ---

flag_set, flag_set_false, flag_value = Flag.set, Flag.set_false, Flag.value
mark, mark_n = Events.mark, Events.mark_n
gauge_set, gauge_add, gauge_value = Gauge.set, Gauge.add, Gauge.value


def total(events: Events) -> int:
    return events.total


def flag_create(beat: Beat, name: str) -> Flag:
    flag: Flag = beat.add(beat.service.flags, Flag)
    return flag


def activity_create(beat: Beat, name: str) -> Events:
    events: Events = beat.add(beat.service.activities, Events, beat.service.clock)
    return events


def errors_create(beat: Beat, name: str) -> Events:
    events: Events = beat.add(beat.service.errors, Events, beat.service.clock)
    return events


def gauge_create(beat: Beat, name: str) -> Gauge:
    gauge: Gauge = beat.add(beat.service.gauges, Gauge)
    return gauge


# --- The heartbeat ---


def create(settings: Settings, clock: Optional[Clock]) -> Beat:
    return Beat(resolve(settings, os.environ), clock)


def destroy(beat: Beat) -> None:
    beat.stop()


start, stop, report, judge = Beat.start, Beat.stop, Beat.report, Beat.judge
sequence = Beat.sequence


def writer(beat: Beat) -> Writer:
    return beat.writer()


def next_line(beat: Beat) -> Optional[str]:
    return beat.lines.next()


# --- Checks ---


def _positive(ms: int, what: str) -> int:
    length = duration(ms, what)
    if length <= 0:
        raise ConfigError(f"{what} of {format_duration(ms)} is not positive")
    return length


def _reserve(events: Events, comparison: int, count: float) -> None:
    """Makes the source keep the time stamps that the comparison needs."""
    shown = str(int(count)) if is_whole(count) else str(count)
    wanted = count_range(comparison, count)
    if wanted is None:
        raise ConfigError(
            f"a number of events is always or never {COMPARISONS[comparison]} {shown}: the check "
            "would never change"
        )
    if wanted.stamps_needed() > _MAX_STAMPS:
        raise ConfigError(
            f"comparing with {shown} events needs more than {_MAX_STAMPS} time stamps: take a "
            "shorter window"
        )
    events.reserve(max(wanted.stamps_needed(), _MIN_STAMPS))


def _declare(
    beat: Beat, name: str, severity: int, condition: Condition, schedule: Optional[Schedule]
) -> None:
    beat.require_own()
    beat.service.add_check(name, severity, condition, schedule)


def check_flag(
    beat: Beat, name: str, severity: int, flag: Flag, schedule: Optional[Schedule]
) -> None:
    _declare(beat, name, severity, Condition(flag, "flag", _EQUAL, 1), schedule)


def check_within(
    beat: Beat, name: str, severity: int, events: Events, limit_ms: int,
    schedule: Optional[Schedule],
) -> None:  # fmt: skip
    limit = _positive(limit_ms, "a limit")
    _declare(beat, name, severity, Condition(events, "age", _LESS, limit / SECOND, limit), schedule)


def check_count(
    beat: Beat, name: str, severity: int, events: Events, window_ms: int, comparison: int, n: int,
    schedule: Optional[Schedule],
) -> None:  # fmt: skip
    window = _positive(window_ms, "a window")
    _reserve(events, comparison, float(n))
    condition = Condition(events, "count", comparison, float(n), window)
    _declare(beat, name, severity, condition, schedule)


def check_rate(
    beat: Beat, name: str, severity: int, events: Events, window_ms: int, comparison: int,
    bound: float, schedule: Optional[Schedule],
) -> None:  # fmt: skip
    window = _positive(window_ms, "a window")
    _reserve(events, comparison, bound * (window / SECOND))
    condition = Condition(events, "rate", comparison, bound, window)
    _declare(beat, name, severity, condition, schedule)


def check_gauge(
    beat: Beat, name: str, severity: int, gauge: Gauge, comparison: int, bound: float,
    schedule: Optional[Schedule],
) -> None:  # fmt: skip
    _declare(beat, name, severity, Condition(gauge, "gauge", comparison, bound), schedule)


def check_question(
    beat: Beat, name: str, severity: int, every_ms: int, limit_ms: int,
    schedule: Optional[Schedule],
) -> Question:  # fmt: skip
    every, limit = duration(every_ms, "every_ms"), duration(limit_ms, "limit_ms")
    beat.service.require_not_started("a callback")
    if every <= 0 or limit <= 0:
        raise ConfigError("a callback's period and time limit must be positive")
    callback = Callback(every, limit)
    _declare(beat, name, severity, Condition(callback, "callback", _EQUAL, 1), schedule)
    question = Question(beat, callback)
    beat.questions.append(question)
    return question


def await_question(question: Question) -> bool:
    return question.wait()


def begin(question: Question) -> None:
    """The thread that waits is the one that calls the test: it has begun."""


def answer(question: Question, success: bool, why: str) -> None:
    question.answer(success, why)


# --- Clocks and schedules ---


def clock_create() -> Clock:
    return Clock()


def clock_create_stopped(wall_ms: int) -> Clock:
    return Clock(duration(wall_ms, "a wall time"))


def clock_advance(clock: Clock, by_ms: int) -> None:
    if by_ms < 0:
        raise ConfigError("a clock goes forward only")
    clock.advance(duration(by_ms, "an advance"))


def clock_destroy(clock: Clock) -> None:
    """Nothing is left of it."""


def schedule_create(text: str, dates: List[str]) -> Schedule:
    return Schedule(text, dates)


def schedule_at(schedule: Schedule, seconds: int) -> Tuple[bool, int, int]:
    """Whether it is open, when that began, and when it ends; far away without such a moment."""
    if abs(seconds) > _TWO_HUNDRED_YEARS:
        raise ConfigError("a moment more than 200 years from 1970")
    view = schedule.at(seconds)
    far = 2**63
    changed = -far if view.changed < seconds - HORIZON else view.changed
    changes = far if view.changes > seconds + HORIZON else view.changes
    return view.open, changed, changes


def schedule_destroy(schedule: Schedule) -> None:
    """Nothing is left of it."""
