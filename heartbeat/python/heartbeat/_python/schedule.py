"""Weekly sessions in a time zone. `at` is pure but for the zone's file."""

from __future__ import annotations

import datetime
import importlib
from typing import Any, List, NamedTuple, Tuple

from heartbeat._python.schedule_grammar import (
    DaySession, parse_schedule, parse_special_date, reject,
)  # fmt: skip

_DAY = 86_400
HORIZON = 15 * _DAY
_FIRST_CHANGE = 0
_LAST_CHANGE = 7_258_118_400  # the year 2200
_EPOCH = datetime.datetime(1970, 1, 1)
_UTC = datetime.timezone.utc


class View(NamedTuple):
    """The sessions at a moment, in seconds since 1970."""

    open: bool
    changed: int
    changes: int
    holds_until: int


def _zoneinfo() -> Any:
    for module in ("zoneinfo", "backports.zoneinfo"):  # Python 3.8 has only the second, if any
        try:
            return importlib.import_module(module)
        except ImportError:
            continue
    return None


def _find_zone(name: str, text: str) -> Any:
    if name == "UTC":
        return _UTC
    zoneinfo = _zoneinfo()
    if zoneinfo is None:
        reject(text, "Python 3.8 knows only the time zone UTC: install backports.zoneinfo")
    try:
        if not name.startswith("/"):
            return zoneinfo.ZoneInfo(name)
    except Exception:  # ZoneInfoNotFoundError, ValueError, and errors of files
        pass
    reject(
        text,
        f"unknown time zone '{name}' (accepted: names of the IANA database, such as "
        "Asia/Kolkata; is Debian's or Python's tzdata installed?)",
    )


class Schedule:
    def __init__(self, text: str, dates: List[str]):
        self._weekly, zone = parse_schedule(text)
        self._zone = _find_zone(zone, text)
        for date in dates:
            if date.startswith("@"):
                reject(text, f"'{date}': only libheartbeat.so reads dates from a file")
        self._special = [parse_special_date(date, text) for date in dates]

    def at(self, now: int) -> View:
        # A session that begins later does not matter.
        search_range = HORIZON + _DAY
        is_open, changed, changes = False, _FIRST_CHANGE, now + search_range
        for begin, end in self._intervals_around(now):
            if end <= now:
                changed = end
                continue
            is_open = begin <= now
            if is_open:
                changed = begin
            changes = end if is_open else begin
            break
        holds_until = changes
        if changes > now + HORIZON:
            holds_until = min(changes, now + search_range) - HORIZON
            changes = _LAST_CHANGE
        if changed < now - HORIZON:
            changed = _FIRST_CHANGE
        else:
            holds_until = min(holds_until, changed + HORIZON + 1)
        return View(is_open, changed, changes, holds_until)

    def _intervals_around(self, moment: int) -> List[Tuple[int, int]]:
        local = (_EPOCH.replace(tzinfo=_UTC) + datetime.timedelta(seconds=moment)).astimezone(
            self._zone
        )
        today = (local.date() - _EPOCH.date()).days
        # A session may end on the next day, and the zone's date may differ from the UTC date.
        reach = HORIZON // _DAY + 2
        intervals = []
        for day in range(today - reach, today + reach + 1):
            for session in self._sessions_of(day):
                begin = self._to_utc(day * _DAY + session.begin * 60)
                end = self._to_utc(day * _DAY + session.end * 60)
                intervals.append((begin, end))
        return _merged(intervals)

    def _sessions_of(self, day: int) -> List[DaySession]:
        special = [sessions for date, sessions in self._special if date == day]
        if special:  # a date may be listed twice: all its sessions count
            return [session for sessions in special for session in sessions]
        weekday = (day + 4) % 7  # 1970 began on a Thursday; from Sunday on
        return [session.times for session in self._weekly if session.days[weekday]]

    def _to_utc(self, local: int) -> int:
        """A time that occurs twice is its first occurrence; a skipped time is the moment of the
        change."""
        offsets = [self._offset_of(local, fold) for fold in (0, 1)]
        moment = local - offsets[0]
        if offsets[0] >= offsets[1] or moment + self._offset_at(moment) == local:
            return moment
        before, after = local - offsets[1], moment  # the change is between the two
        while after - before > 1:
            middle = (before + after) // 2
            if self._offset_at(middle) == offsets[0]:
                before = middle
            else:
                after = middle
        return after

    def _offset_of(self, local: int, fold: int) -> int:
        moment = _EPOCH + datetime.timedelta(seconds=local)
        offset = moment.replace(tzinfo=self._zone, fold=fold).utcoffset()
        return int(offset.total_seconds()) if offset is not None else 0

    def _offset_at(self, moment: int) -> int:
        utc = _EPOCH.replace(tzinfo=_UTC) + datetime.timedelta(seconds=moment)
        offset = utc.astimezone(self._zone).utcoffset()
        return int(offset.total_seconds()) if offset is not None else 0


def _merged(intervals: List[Tuple[int, int]]) -> List[Tuple[int, int]]:
    """Sorted; those that touch or overlap are joined."""
    result: List[Tuple[int, int]] = []
    for begin, end in sorted(intervals):
        if begin >= end:  # the change to summer time skips all of it
            continue
        if not result or result[-1][1] < begin:
            result.append((begin, end))
        else:
            result[-1] = (result[-1][0], max(result[-1][1], end))
    return result
