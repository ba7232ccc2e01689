"""Signal generator: calculates signals from the last minute of snapshots, which come by Redis
pub/sub, stores them in PostgreSQL and sends alerts to Slack."""

from __future__ import annotations

import collections
import json
import logging
import signal
import sys
import time
import urllib.request
from typing import Any

import psycopg
import redis
from common import DATABASE_LIMITS, setting, words
from health_status import Times, market_open, start
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger("signals")
CHANNEL = setting("SNAPSHOTS_CHANNEL", "market:snapshots")
ALERT_EVERY = float(setting("ALERT_EVERY", "60"))
PAUSE = 2.0

health = {"redis": False, "database": False, "alert": True, "buffered": 0}
calculations = Times()
ROWS = [
    ("redis_subscribed", True, lambda: health["redis"]),
    ("snapshots_buffered", False, lambda: health["buffered"] > 0 or not market_open()),
    ("calculations", False, lambda: calculations.age() < 60),
    ("database_connection", True, lambda: health["database"]),
    ("slack_alerts", False, lambda: health["alert"]),
]


class Generator:
    def __init__(self) -> None:
        self.buffer: collections.deque[tuple[float, dict[str, Any]]] = collections.deque()
        self.database: psycopg.Connection[Any] | None = None
        self.worked_at = self.alerted_at = 0.0

    def run(self) -> None:
        while True:
            try:
                self.subscribe()
            except (redis.RedisError, OSError) as error:
                log.warning("Redis: %s", words(error))
                health["redis"] = False
            time.sleep(PAUSE)
            self.work()  # also while Redis is away

    def subscribe(self) -> None:
        retry = Retry(NoBackoff(), 0)  # whoever subscribes anew in silence has missed snapshots
        client = redis.Redis.from_url(setting("REDIS_URL"), socket_timeout=5, retry=retry)
        with client.pubsub(ignore_subscribe_messages=True) as pubsub:
            pubsub.subscribe(CHANNEL)
            health["redis"] = True
            while True:
                message = pubsub.get_message(timeout=0.5)
                if message is not None:
                    self.buffer.append((time.monotonic(), json.loads(message["data"])))
                self.work()

    def work(self) -> None:
        now = time.monotonic()
        while self.buffer and self.buffer[0][0] < now - 60:
            self.buffer.popleft()
        health["buffered"] = len(self.buffer)
        if now < self.worked_at + 1:
            return
        self.worked_at = now
        self.connect()
        if self.buffer:
            symbol, spread = self.calculate()
            calculations.mark()
            self.store(symbol, spread)
            if now > self.alerted_at + ALERT_EVERY:
                self.alerted_at = now
                self.alert(f"{symbol}: spread {spread:.2f}")

    def calculate(self) -> tuple[str, float]:
        snapshots = [snapshot for _, snapshot in self.buffer]
        spread = sum(s["ask"] - s["bid"] for s in snapshots) / len(snapshots)
        return snapshots[-1]["symbol"], spread

    def connect(self) -> None:
        if self.database is not None:
            return
        try:
            self.database = psycopg.connect(setting("DATABASE_URL"), autocommit=True, **DATABASE_LIMITS)
            health["database"] = True
        except psycopg.Error as error:
            log.warning("database: %s", words(error))
            health["database"] = False

    def store(self, symbol: str, spread: float) -> None:
        if self.database is None:
            return
        try:
            self.database.execute("INSERT INTO signals VALUES (now(), %s, %s)", (symbol, spread))
            health["database"] = True
        except psycopg.Error as error:
            log.warning("database: %s", words(error))
            health["database"] = False
            if self.database.closed:
                self.database = None

    def alert(self, text: str) -> None:
        body = json.dumps({"text": text}).encode()
        request = urllib.request.Request(setting("SLACK_URL"), body, {"Content-Type": "application/json"})
        try:
            urllib.request.urlopen(request, timeout=5).close()
            health["alert"] = True
        except OSError as error:  # urllib's errors are OSErrors
            log.warning("Slack: %s", words(error))
            health["alert"] = False


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    start(ROWS)
    Generator().run()


if __name__ == "__main__":
    main()
