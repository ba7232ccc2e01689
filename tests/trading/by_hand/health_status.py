"""Health checks written by hand: a dictionary that a thread puts into Redis every 10 s. The same
rows as in compose/trading/after, to compare the two. A health check of the container reads the
key with a line of Python, as HEALTHCHECK says."""

from __future__ import annotations

import collections
import datetime
import json
import os
import pathlib
import threading
import time
import zoneinfo
from typing import Any, Callable

import redis

HEALTHCHECK = (
    "import redis, json, os, sys; r = redis.from_url(os.environ['REDIS_URL']); "
    "s = json.loads(r.get('by-hand:' + os.environ['HEARTBEAT_SERVICE']) or '{}'); "
    "sys.exit(0 if s.get('status') == 'healthy' else 1)"
)
EVERY, TTL = 10, 60
Row = tuple[str, bool, Callable[[], object]]  # name, critical, whether it passes


class Times:
    """When something happened, for ages and counts."""

    def __init__(self, keep: float = 60) -> None:
        self.keep, self.times = keep, collections.deque[float]()

    def mark(self) -> None:
        now = time.monotonic()
        self.times.append(now)
        while self.times[0] < now - self.keep:
            self.times.popleft()

    def age(self) -> float:
        return time.monotonic() - self.times[-1] if self.times else float("inf")

    def count(self, window: float) -> int:
        since = time.monotonic() - window
        return sum(moment > since for moment in list(self.times))


def market_open() -> bool:
    days = pathlib.Path(os.environ["HOLIDAYS_FILE"]).read_text().splitlines()
    week, hours, zone = os.environ["MARKET_HOURS"].split()
    now = datetime.datetime.now(zoneinfo.ZoneInfo(zone))
    names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    first, last = (names.index(day) for day in week.split("-"))
    opens, closes = hours.split("-")
    return (
        first <= now.weekday() <= last
        and opens <= now.strftime("%H:%M") < closes
        and now.date().isoformat() not in days
    )


def start(rows: list[Row]) -> None:
    client = redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=3)
    key = "by-hand:" + os.environ["HEARTBEAT_SERVICE"]

    def passes(row: Row) -> bool:
        try:
            return bool(row[2]())
        except Exception:
            return False

    def beat() -> None:
        while True:
            failing = [row for row in rows if not passes(row)]
            status: dict[str, Any] = {"status": "healthy", "failing": [row[0] for row in failing]}
            if failing:
                status["status"] = "unhealthy" if any(row[1] for row in failing) else "degraded"
            try:
                client.setex(key, TTL, json.dumps(status))
            except redis.RedisError:
                pass
            time.sleep(EVERY)

    threading.Thread(target=beat, daemon=True).start()
