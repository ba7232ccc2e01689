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
from heartbeat import CRITICAL, WARNING, Heartbeat
from market import market_hours
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger("signals")
CHANNEL = setting("SNAPSHOTS_CHANNEL", "market:snapshots")
ALERT_EVERY = float(setting("ALERT_EVERY", "60"))
PAUSE = 2.0

beat = Heartbeat()
subscribed, database_up, alerts = beat.flag("redis"), beat.flag("database"), beat.flag("last_alert")
buffered, calculations = beat.gauge("buffered"), beat.activity("calculations")
beat.check("redis_subscribed", CRITICAL, subscribed.is_set())
beat.check("snapshots_buffered", WARNING, buffered > 0, during=market_hours())
beat.check("calculations", WARNING, calculations.within(60), during=market_hours())
beat.check("database_connection", CRITICAL, database_up.is_set())
beat.check("slack_alerts", WARNING, alerts.is_set())
main_loop = beat.activity("main_loop")  # addition
beat.check("main_loop", CRITICAL, main_loop.within(30))  # addition


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
                subscribed.set(False, words(error))
            time.sleep(PAUSE)
            self.work()  # also while Redis is away

    def subscribe(self) -> None:
        retry = Retry(NoBackoff(), 0)  # whoever subscribes anew in silence has missed snapshots
        client = redis.Redis.from_url(setting("REDIS_URL"), socket_timeout=5, retry=retry)
        with client.pubsub(ignore_subscribe_messages=True) as pubsub:
            pubsub.subscribe(CHANNEL)
            subscribed.set(True)
            while True:
                message = pubsub.get_message(timeout=0.5)
                if message is not None:
                    self.buffer.append((time.monotonic(), json.loads(message["data"])))
                self.work()

    def work(self) -> None:
        now = time.monotonic()
        while self.buffer and self.buffer[0][0] < now - 60:
            self.buffer.popleft()
        main_loop.mark()
        if self.buffer or buffered.value > 0:  # the check waits for the first snapshot
            buffered.set(len(self.buffer))
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
            database_up.set(True)
        except psycopg.Error as error:
            log.warning("database: %s", words(error))
            database_up.set(False, words(error))

    def store(self, symbol: str, spread: float) -> None:
        if self.database is None:
            return
        try:
            self.database.execute("INSERT INTO signals VALUES (now(), %s, %s)", (symbol, spread))
            database_up.set(True)
        except psycopg.Error as error:
            log.warning("database: %s", words(error))
            database_up.set(False, words(error))
            if self.database.closed:
                self.database = None

    def alert(self, text: str) -> None:
        body = json.dumps({"text": text}).encode()
        request = urllib.request.Request(setting("SLACK_URL"), body, {"Content-Type": "application/json"})
        try:
            urllib.request.urlopen(request, timeout=5).close()
            alerts.set(True)
        except OSError as error:  # urllib's errors are OSErrors
            log.warning("Slack: %s", words(error))
            alerts.set(False, words(error))


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    alerts.set(True)  # no alert has failed yet
    beat.start()
    Generator().run()


if __name__ == "__main__":
    main()
