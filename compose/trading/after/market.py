"""When data must arrive."""

from __future__ import annotations

from common import setting
from heartbeat import Schedule


def market_hours() -> Schedule:
    """The weekly sessions, and the file of the days that differ, which is read again when it changes."""
    holidays = setting("HOLIDAYS_FILE")
    return Schedule(setting("MARKET_HOURS"), [f"@{holidays}"] if holidays else [])
