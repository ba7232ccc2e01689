"""The grammar of schedules. Errors name the wrong part and what is accepted."""

from __future__ import annotations

import datetime
import re
from typing import List, NamedTuple, NoReturn, Optional, Tuple

from heartbeat._values import ConfigError

_DAYS = "sun", "mon", "tue", "wed", "thu", "fri", "sat"
_EXAMPLE = (
    "(accepted: DAYS HH:MM-HH:MM[, ...] ZONE, such as Mon-Fri 09:15-15:30 Asia/Kolkata)"
)
_BLANK = " \t"
_DAY_MINUTES = 24 * 60


class DaySession(NamedTuple):
    """Minutes since midnight; `end` is greater than `begin`, maybe on the next day."""

    begin: int
    end: int


class WeeklySession(NamedTuple):
    days: List[bool]  # from Sunday on
    times: DaySession


def reject(text: str, complaint: str) -> NoReturn:
    raise ConfigError(f"schedule '{text}': {complaint}")


def _day(name: str) -> Optional[int]:
    return _DAYS.index(name.lower()) if name.isascii() and name.lower() in _DAYS else None


def _parse_days(days: str, text: str) -> List[bool]:
    chosen = [False] * 7
    for item in days.split("+"):
        begin, dash, end = item.partition("-")
        first = _day(begin)
        last = _day(end) if dash else first
        if first is None or last is None:
            reject(
                text,
                f"'{item}' is not a day of the week (accepted: Mon, Tue, Wed, Thu, Fri, Sat, Sun; "
                "Mon-Fri; Mon+Wed+Fri)",
            )
        day = first
        chosen[day] = True
        while day != last:
            day = (day + 1) % 7
            chosen[day] = True
    return chosen


def _time_of_day(text: str) -> Optional[int]:
    match = re.fullmatch("([0-9]{2}):([0-9]{2})", text)
    if match is None or int(match[2]) >= 60:
        return None
    time = int(match[1]) * 60 + int(match[2])
    return time if time <= _DAY_MINUTES else None


def _parse_times(times: str, text: str) -> DaySession:
    first, _, second = times.partition("-")
    begin, end = _time_of_day(first), _time_of_day(second)
    if begin is None or end is None or begin == _DAY_MINUTES:
        reject(
            text, f"'{times}' is not a time range (accepted: HH:MM-HH:MM, from 00:00 to 24:00)"
        )
    return DaySession(begin, end if end > begin else end + _DAY_MINUTES)


def _parse_session(session: str, text: str) -> WeeklySession:
    words = re.split(f"[{_BLANK}]", session, maxsplit=1)
    if len(words) == 1:
        reject(text, f"'{session}' is not a session (accepted: DAYS HH:MM-HH:MM)")
    return WeeklySession(_parse_days(words[0], text), _parse_times(words[1].strip(_BLANK), text))


def parse_schedule(text: str) -> Tuple[List[WeeklySession], str]:
    """The sessions, and the name of the time zone."""
    everything = text.strip(_BLANK)
    if not everything:
        reject(text, f"it is empty {_EXAMPLE}")
    end = max(everything.rfind(c) for c in _BLANK + ",")
    zone = everything[end + 1 :]
    if not zone or ":" in zone or _day(zone[:3]) is not None:
        reject(text, f"no time zone at the end {_EXAMPLE}")
    if end < 0:
        reject(text, f"no session before the zone {_EXAMPLE}")
    sessions = everything[:end].split(",")
    return [_parse_session(session.strip(_BLANK), text) for session in sessions], zone


def parse_special_date(date: str, text: str) -> Tuple[int, List[DaySession]]:
    """Days since 1970, and the sessions of that day; a holiday has none."""
    everything = date.strip(_BLANK)
    day, _, times = everything.replace("\t", " ").partition(" ")
    try:
        if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
            raise ValueError
        days = (datetime.date.fromisoformat(day) - datetime.date(1970, 1, 1)).days
    except ValueError:
        reject(
            text,
            f"'{date}' does not begin with a date (accepted: YYYY-MM-DD, a holiday; "
            "YYYY-MM-DD HH:MM-HH:MM[, ...], other hours)",
        )
    times = times.strip(_BLANK)
    return days, [_parse_times(part.strip(_BLANK), text) for part in times.split(",") if times]
