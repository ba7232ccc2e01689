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
from pika.exceptions import AMQPError
from psycopg_pool import ConnectionPool, PoolTimeout

log = logging.getLogger("worker")
QUEUE = setting("TICKS_QUEUE", "ticks")
BATCH, PAUSE = 100, 2.0


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
            time.sleep(PAUSE)

    def connect_and_consume(self) -> None:
        with pika.BlockingConnection(pika.URLParameters(setting("RABBITMQ_URL"))) as connection:
            channel = connection.channel()
            channel.queue_declare(QUEUE, durable=True)
            channel.basic_qos(prefetch_count=2 * BATCH)
            self.batch.clear()  # what was not acknowledged comes again
            self.consume(channel)
            log.warning("RabbitMQ: the consumer was cancelled")

    def consume(self, channel: Any) -> None:
        for method, _, body in channel.consume(QUEUE, inactivity_timeout=1):
            if method is not None:
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
            return
        channel.basic_ack(self.last_tag, multiple=True)
        self.batch.clear()


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Worker().run()


if __name__ == "__main__":
    main()
