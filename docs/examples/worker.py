"""Messages from RabbitMQ, written to a database."""

import os
import time

import psycopg
from heartbeat import CRITICAL, WARNING, Heartbeat, Schedule

dsn = os.environ.get("DATABASE_URL", "")


def consume(on_message, on_failed_flush):  # your client of RabbitMQ
    rabbitmq.set(True)
    consumer.set(True)
    while True:
        on_message()
        time.sleep(0.1)


market_hours = Schedule("Mon-Fri 09:15-15:30 Asia/Kolkata")

def test_query():  # a connection of its own: a pool would wait longer than the limit, and hide the cause
    with psycopg.connect(dsn, connect_timeout=3) as connection:
        return connection.execute("SELECT 1").fetchone() is not None

with Heartbeat() as beat:  # HEARTBEAT_SERVICE says worker-1, worker-2, ...
    rabbitmq, consumer = beat.flag("rabbitmq"), beat.flag("consumer")
    messages, failed_flushes = beat.activity("messages"), beat.errors("failed_flushes")
    beat.check("rabbitmq_connected", CRITICAL, rabbitmq.is_set())
    beat.check("messages_processed", WARNING, messages.within(120), during=market_hours)
    beat.check("database_connection", CRITICAL, beat.succeeds(test_query, every=10, limit=5))
    beat.check("batch_flush", WARNING, failed_flushes.count(3600) < 5)
    beat.check("consumer_active", CRITICAL, consumer.is_set())
    beat.start()
    consume(on_message=messages.mark, on_failed_flush=failed_flushes.mark)
