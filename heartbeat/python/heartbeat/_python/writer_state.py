"""What the beat threads know about themselves: how late they run, and what failed."""

from __future__ import annotations

import threading
from typing import Any, Dict, List, NamedTuple

from heartbeat._python.clock import FAR_FUTURE
from heartbeat._python.texts import MS, format_duration
from heartbeat._values import Writer

MAX_ERROR_BYTES = 200
_LATE_BEAT = 100 * MS  # a beat that begins later counts
_MIN_LIMIT_MS = 2000  # a shorter delay is never a stall: a busy machine may cause it
_MIN_SUSPENSION = 10 * MS  # a smaller step comes from reading two clocks one after the other


class Beat(NamedTuple):
    """One document for a sink."""

    text: bytes
    written_at: int
    is_last: bool  # the writer stops


class SharedWriter:
    """The writer's condition. Two threads write different fields, each in one step."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._writer = Writer(0, 0, 0, 0, "", 0.0, 0.0, 0.0, 0.0, "", "", "")

    def read(self) -> Writer:
        return self._writer

    def update(self, **fields: Any) -> None:
        with self._lock:
            self._writer = self._writer._replace(**fields)


class Lateness:
    """How late a beat thread runs, and whether it stalled, or the machine was suspended. Pure."""

    def __init__(self, interval_ms: int, suspended: int):
        self._limit = max(interval_ms, _MIN_LIMIT_MS) * MS
        self._suspended_at_start = self._total_suspended = suspended
        self._planned = FAR_FUTURE
        self._late = self._suspended = 0  # since the last accepted beat
        self._worst = self._late_beats = 0
        self._counted = False  # _late_beats includes _late

    def sleeps_until(self, when: int) -> None:
        self._planned = when

    def woke(self, now: int, suspended: int) -> None:
        if now > self._planned:
            self._late = max(self._late, now - self._planned)
        self._planned = FAR_FUTURE
        step = suspended - self._total_suspended
        if step >= _MIN_SUSPENSION:
            self._suspended += step
            self._total_suspended = suspended

    def describe(self) -> Dict[str, Any]:
        """The fields of a Writer about the time since the last accepted beat."""
        self._worst = max(self._worst, self._late)
        if self._late > _LATE_BEAT and not self._counted:
            self._counted = True
            self._late_beats += 1
        return {
            "late_beats": self._late_beats,
            "lateness": self._late // MS / 1000,
            "worst_lateness": self._worst // MS / 1000,
            "suspended": (self._total_suspended - self._suspended_at_start) // MS / 1000,
            "lapse": self._lapse(),
        }

    def _lapse(self) -> str:
        parts: List[str] = []
        if self._suspended > self._limit:
            for_how_long = format_duration(self._suspended // MS)
            parts.append(f"the machine was suspended for {for_how_long}")
        if self._late > self._limit:
            for_how_long = format_duration(self._late // MS)
            parts.append(f"the beat thread was not scheduled for {for_how_long}")
        return "; ".join(parts)

    def beat_accepted(self) -> None:
        self._late = self._suspended = 0
        self._counted = False
