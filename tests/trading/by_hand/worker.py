"""Worker: ticks from RabbitMQ, written to PostgreSQL in batches. Several run."""

from __future__ import annotations

import json
import logging
import signal
import sys
import time
from typing import Any

import pika
import psycopg
from common import DATABASE_LIMITS, setting, words
from health_status import Times, start
from pika.exceptions import AMQPError
from psycopg_pool import ConnectionPool, PoolTimeout

log = logging.getLogger("worker")
QUEUE = setting("TICKS_QUEUE", "ticks")
BATCH, PAUSE = 100, 2.0


def test_query() -> bool:
    with psycopg.connect(setting("DATABASE_URL"), **DATABASE_LIMITS) as connection:
        return connection.execute("SELECT 1").fetchone() is not None


health = {"rabbitmq": False, "consumer": False}
messages, failed_flushes = Times(120), Times(3600)
ROWS = [
    ("rabbitmq_connected", True, lambda: health["rabbitmq"]),
    ("messages_processed", False, lambda: messages.age() < 120),
    ("database_connection", True, test_query),
    ("batch_flush", False, lambda: failed_flushes.count(3600) < 5),
    ("consumer_active", True, lambda: health["consumer"]),
]


class Worker:
    def __init__(self) -> None:
        self.batch: list[tuple[float, str, float]] = []
        self.last_tag = 0
        self.flushed_at = time.monotonic()
        # A pool that cannot connect waits twice as long each time, up to reconnect_timeout.
        self.pool = ConnectionPool(
            setting("DATABASE_URL"), kwargs=DATABASE_LIMITS, min_size=1, max_size=2,
            timeout=5, reconnect_timeout=5,
        )  # fmt: skip

    def run(self) -> None:
        while True:
            try:
                self.connect_and_consume()
            except (AMQPError, OSError) as error:
                log.warning("RabbitMQ: %s", words(error))
                health["rabbitmq"] = health["consumer"] = False
            time.sleep(PAUSE)

    def connect_and_consume(self) -> None:
        with pika.BlockingConnection(pika.URLParameters(setting("RABBITMQ_URL"))) as connection:
            channel = connection.channel()
            health["rabbitmq"] = True
            channel.queue_declare(QUEUE, durable=True)
            channel.basic_qos(prefetch_count=2 * BATCH)
            self.batch.clear()  # what was not acknowledged comes again
            self.consume(channel)
            log.warning("RabbitMQ: the consumer was cancelled")
            health["consumer"] = False

    def consume(self, channel: Any) -> None:
        for method, _, body in channel.consume(QUEUE, inactivity_timeout=1):
            health["consumer"] = True
            if method is not None:
                messages.mark()
                tick = json.loads(body)
                self.batch.append((tick["at"], tick["symbol"], tick["price"]))
                self.last_tag = method.delivery_tag
            if len(self.batch) >= BATCH or time.monotonic() > self.flushed_at + 1:
                self.flush(channel)

    def flush(self, channel: Any) -> None:
        self.flushed_at = time.monotonic()
        if not self.batch:
            return
        try:
            with self.pool.connection() as connection, connection.cursor() as cursor:
                rows = "INSERT INTO ticks VALUES (to_timestamp(%s), %s, %s)"
                cursor.executemany(rows, self.batch)
        except (psycopg.Error, PoolTimeout) as error:
            log.warning("flush: %s", words(error))
            failed_flushes.mark()
            return
        channel.basic_ack(self.last_tag, multiple=True)
        self.batch.clear()


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    start(ROWS)
    Worker().run()


if __name__ == "__main__":
    main()
