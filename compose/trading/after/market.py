"""When data must arrive, from the file that MARKET_HOURS_FILE names."""

from __future__ import annotations

import pathlib

from common import setting
from heartbeat import Schedule


def market_hours() -> Schedule:
    """Its first line is the weekly sessions, each further line a day that differs."""
    lines = pathlib.Path(setting("MARKET_HOURS_FILE")).read_text().splitlines()
    sessions, *days = [line.strip() for line in lines if line.strip() and line[0] != "#"]
    return Schedule(sessions, days)
