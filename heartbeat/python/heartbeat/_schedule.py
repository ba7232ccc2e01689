"""Clocks and schedules."""

from __future__ import annotations

import datetime
import math
import time
import weakref
from typing import Any, Callable, Iterable, Optional, Union

from heartbeat._backend import backend
from heartbeat._values import ConfigError, Seconds, Sessions, checked_text, milliseconds


class Owned:
    """Frees an object of the backend with the last reference to this one."""

    def __init__(self, pointer: object, destroy: Callable[[Any], None]):
        self.pointer = pointer
        # Not at exit: a thread may still use it, and the process ends anyway.
        weakref.finalize(self, destroy, pointer).atexit = False


class Clock:
    """The time by which a Heartbeat stamps events and evaluates checks. A stopped clock moves
    only by advance(): a service can test its checks without sleeping and without Redis:

        clock = Clock.stopped()
        beat = Heartbeat(service="worker", clock=clock)
        failed = beat.errors("failed_flushes")
        beat.check("batch_flush", WARNING, failed.count(3600) < 5)
        failed.mark(5)
        assert beat.judge().status == Status.DEGRADED
        clock.advance(3600)
        assert beat.judge().status == Status.HEALTHY

    Tests of succeeds() are called after start(), and again when the clock has moved by `every`,
    which judge() notices. `redis_url="none"` writes nowhere.
    """

    def __init__(self) -> None:
        """The machine's clock."""
        self._owned = Owned(backend.clock_create(), backend.clock_destroy)

    @classmethod
    def stopped(cls, wall: Optional[datetime.datetime] = None) -> Clock:
        """`wall` is the wall time for schedules; it must have a time zone."""
        wall_ms = 0 if wall is None else milliseconds(_timestamp(wall), "a wall time")
        clock = cls.__new__(cls)
        clock._owned = Owned(backend.clock_create_stopped(wall_ms), backend.clock_destroy)
        return clock

    def advance(self, by: Seconds) -> None:
        """Moves the clock forward: every earlier event is that much older."""
        backend.clock_advance(self._owned.pointer, milliseconds(by, "an advance"))


def _timestamp(moment: datetime.datetime) -> float:
    if moment.tzinfo is None:
        raise ConfigError(f"{moment!r} has no time zone")
    return moment.timestamp()


def _moment(seconds: int) -> Optional[datetime.datetime]:
    if abs(seconds) >= 2**62:
        return None
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


class Schedule:
    """Weekly sessions in a time zone, such as "Mon-Fri 09:15-15:30 Asia/Kolkata". Dates
    differ from the week: on a date or "YYYY-MM-DD" (a holiday) no session begins, and
    "YYYY-MM-DD HH:MM-HH:MM" has this session instead of the weekly ones. With the library,
    "@FILE" stands for the dates in a file, one a line, with comments from # on; a started beat
    reads the file again when it changes.
    Raises ConfigError, which states the wrong part and what is accepted."""

    def __init__(self, text: str, dates: Iterable[Union[str, datetime.date]] = ()):
        if isinstance(dates, str):
            raise TypeError("dates is a list, not one str")
        days = [
            checked_text(day.isoformat() if isinstance(day, datetime.date) else day, "a date")
            for day in dates
        ]
        pointer = backend.schedule_create(checked_text(text, "a schedule"), days)
        self._owned = Owned(pointer, backend.schedule_destroy)
        self.text = text

    def at(self, moment: Optional[datetime.datetime] = None) -> Sessions:
        """The sessions at a moment, which must have a time zone; by default now."""
        seconds = math.floor(time.time() if moment is None else _timestamp(moment))
        is_open, changed, changes = backend.schedule_at(self._owned.pointer, seconds)
        return Sessions(is_open, _moment(changed), _moment(changes))

    def __repr__(self) -> str:
        return f"Schedule({self.text!r})"
