"""The clock that stamps events: nanoseconds of CLOCK_MONOTONIC, and of the wall."""

from __future__ import annotations

import time
from typing import NamedTuple, Optional

from heartbeat._python.texts import MS, SECOND
from heartbeat._values import ConfigError

FAR_FUTURE = 2**63 - 1
_MAX_MS = 3_155_695_200_000  # 100 years


def duration(ms: int, what: str) -> int:
    """In nanoseconds."""
    if abs(ms) > _MAX_MS:
        raise ConfigError(
            f"{what} of {ms}ms is not accepted: a duration is at most 100 years"
        )
    return ms * MS


class ClockReading(NamedTuple):
    """One moment, read from two clocks."""

    now: int  # for ages and windows
    wall: int  # for schedules


class Clock:
    def __init__(self, stopped_wall: Optional[int] = None):
        self._stopped_wall = stopped_wall
        self._shift = 0

    def now(self) -> int:
        if self._stopped_wall is None:
            return time.monotonic_ns() + self._shift
        return 3600 * SECOND + self._shift

    def wall(self) -> int:
        return self._shift + (
            time.time_ns() if self._stopped_wall is None else self._stopped_wall
        )

    def read(self) -> ClockReading:
        return ClockReading(self.now(), self.wall())

    def advance(self, by: int) -> None:
        self._shift += by
