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
from heartbeat import CRITICAL, WARNING, Heartbeat
from market import market_hours
from pika.exceptions import AMQPError
from psycopg_pool import ConnectionPool, PoolTimeout

log = logging.getLogger("worker")
QUEUE = setting("TICKS_QUEUE", "ticks")
BATCH, PAUSE = 100, 2.0


def test_query() -> bool:
    """On a connection of its own: the pool would wait, and hide why."""
    with psycopg.connect(setting("DATABASE_URL"), **DATABASE_LIMITS) as connection:
        return connection.execute("SELECT 1").fetchone() is not None


beat = Heartbeat()  # HEARTBEAT_SERVICE says worker-1, worker-2, ...
rabbitmq, consumer = beat.flag("rabbitmq"), beat.flag("consumer")
messages, failed_flushes = beat.activity("messages"), beat.errors("failed_flushes")
beat.check("rabbitmq_connected", CRITICAL, rabbitmq.is_set())
beat.check("messages_processed", WARNING, messages.within(120), during=market_hours())
beat.check("database_connection", CRITICAL, beat.succeeds(test_query, every=5, limit=4))
beat.check("batch_flush", WARNING, failed_flushes.count(3600) < 5)
beat.check("consumer_active", CRITICAL, consumer.is_set())
main_loop = beat.activity("main_loop")  # addition: a hang would only be degraded, after 120 s
beat.check("main_loop", CRITICAL, main_loop.within(30))  # addition


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
            main_loop.mark()
            try:
                self.connect_and_consume()
            except (AMQPError, OSError) as error:
                log.warning("RabbitMQ: %s", words(error))
                rabbitmq.set(False, words(error))
                consumer.set(False, "not connected")
            time.sleep(PAUSE)

    def connect_and_consume(self) -> None:
        with pika.BlockingConnection(pika.URLParameters(setting("RABBITMQ_URL"))) as connection:
            channel = connection.channel()
            rabbitmq.set(True)
            channel.queue_declare(QUEUE, durable=True)
            channel.basic_qos(prefetch_count=2 * BATCH)
            self.batch.clear()  # what was not acknowledged comes again
            self.consume(channel)
            log.warning("RabbitMQ: the consumer was cancelled")
            consumer.set(False, "cancelled by the broker")

    def consume(self, channel: Any) -> None:
        for method, _, body in channel.consume(QUEUE, inactivity_timeout=1):
            main_loop.mark()
            consumer.set(True)
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
    beat.start()
    Worker().run()


if __name__ == "__main__":
    main()
