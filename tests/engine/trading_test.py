"""The Python services of compose/trading with a RabbitMQ, a PostgreSQL and a Redis of their own,
broken from outside. The engine's own health checks must see it."""

import pytest

from harness.trading import SERVICES, Trading
from harness.waiting import Watch

WORKERS = ("worker-1", "worker-2", "worker-3")


@pytest.fixture(scope="module")
def running_trading(engine, images, say):
    stack = Trading(engine, images)
    try:
        stack.up()
        Watch(stack).wait_for("healthy", stack.services)
        say("trading healthy")
        yield stack
    finally:
        stack.down()


@pytest.fixture(scope="module")
def look(running_trading):
    return Watch(running_trading)


@pytest.fixture
def trading(running_trading, look):
    """The stack, which begins and ends with everything healthy."""
    look.wait_for("healthy", running_trading.services)
    yield running_trading
    look.wait_for("healthy", running_trading.services)


def test_each_service_has_only_the_secrets_that_it_uses(running_trading):
    found = {service: running_trading.secrets_of(service) for service in SERVICES}
    worker = {"redis_url", "rabbitmq_url", "database_url"}
    assert found == {
        "ingestion": {"redis_url", "rabbitmq_url"},
        **dict.fromkeys(WORKERS, worker),
        "depth-collector": {"redis_url", "database_url"},
        "signal-generator": {"redis_url", "database_url", "slack_url"},
        "api": {"redis_url", "database_url"},
    }


def test_the_board_shows_all_services(running_trading, look):
    look.wait_until(lambda: running_trading.on_the_board() == set(SERVICES), "all are on the board")


def test_an_expired_token_a_silent_exchange_a_webhook_that_fails_and_a_frozen_worker(trading, look, cleanup):
    """Four services, at the same time."""
    cleanup(trading.signal, "worker-1", "CONT")
    trading.signal("worker-1", "STOP")
    for name, mode in {"kite": "403", "dhan": "silent", "slack": "500"}.items():
        cleanup(trading.control_exchange, name, "ok")
        trading.control_exchange(name, mode)
    look.wait_for_line("ingestion", "websocket_connected is false: Handshake status 403")
    look.wait_for_line("ingestion", "token_validity")
    look.wait_for_line("depth-collector", "snapshots_received", "ago, limit 10s")
    look.wait_for_line("signal-generator", "slack_alerts is false: HTTP Error 500")
    look.wait_for_line("worker-1", "last beat ", "limit 30s")
    trading.control_exchange("kite", "ok")
    trading.restart("ingestion")  # or the row token_validity would fail for five minutes


def test_a_broker_that_stops(trading, look, cleanup):
    cleanup(trading.start, "rabbitmq")
    trading.stop("rabbitmq")
    look.wait_for_line("ingestion", "publisher_connected is false: ")
    for worker in WORKERS:
        look.wait_for_line(worker, "rabbitmq_connected is false: ", "consumer_active is false")


def test_a_database_that_stops(trading, look, cleanup):
    cleanup(trading.start, "database")
    trading.stop("database")
    for service in ("signal-generator", "api", *WORKERS):
        look.wait_for_line(service, "database_connection")
    trading.start("database")
    trading.restart(*WORKERS)  # batch_flush counts for an hour


def test_without_redis_only_its_user_is_unhealthy(trading, look, cleanup):
    """The others go by their files, also after a restart, which empties their folder."""
    trading.restart("ingestion")
    look.wait_for("healthy", ("ingestion",))
    cleanup(trading.start, "redis")
    trading.stop("redis")
    look.wait_for_line("signal-generator", "redis_subscribed is false: ")
    others = [service for service in SERVICES if service != "signal-generator"]
    by_file = "from /run/health/beat.json"
    look.wait_until(lambda: all(by_file in trading.last_line(service) for service in others), by_file)
    look.wait_for("healthy", others)
