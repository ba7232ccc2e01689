"""Messages from RabbitMQ, written to the database in batches; see compose/services/worker.cpp."""

from heartbeat import CRITICAL, WARNING
from stand_in import Every, StandIn

stand_in = StandIn(
    None,
    "rabbitmq_connected",
    "messages_processed",
    "database_connection",
    "batch_flush",
    "consumer_active",
)
broken = stand_in.broken


def test_query():
    if broken["database_connection"]:
        raise ConnectionError("connection refused")
    return True


with stand_in.beat as beat:
    rabbitmq = beat.flag("rabbitmq")
    messages = beat.activity("messages")
    failed_flushes = beat.errors("failed_flushes")
    consumer = beat.flag("consumer")

    beat.check("rabbitmq_connected", CRITICAL, rabbitmq.is_set())
    beat.check("messages_processed", WARNING, messages.within(120))
    beat.check("database_connection", CRITICAL, beat.succeeds(test_query, every=2, limit=1))
    beat.check("batch_flush", WARNING, failed_flushes.count(3600) < 5)
    beat.check("consumer_active", CRITICAL, consumer.is_set())
    beat.start()

    flushes = Every(0.1)
    while stand_in.next():
        rabbitmq.set(not broken["rabbitmq_connected"])
        consumer.set(not broken["consumer_active"])
        if not broken["messages_processed"]:
            messages.mark()
        if flushes.due() and broken["batch_flush"]:
            failed_flushes.mark()
