"""The table of checks, and what each of its rows has to go through."""

import time
from dataclasses import dataclass

import pytest

from harness.service import Service, program_of
from harness.waiting import wait_until

WORKERS = ("worker-1", "worker-2", "worker-3")
# A status is written within 100 ms; the rest is for a machine that has much to do.
PROMPTLY = 20.0
# The rest of the window is longer than the questions that are asked in it.
INSIDE, PAST = {300: "150s", 3600: "3450s"}, "150s"


@dataclass(frozen=True)
class Row:
    service: str
    check: str
    severity: str
    shows: str  # what the probe's line says of value and limit
    limit: float = 0  # seconds of silence after which it fails
    window: int = 0  # seconds for which an error counts
    takes_along: tuple = ()  # rows that the same trouble breaks, sooner

    @property
    def status(self):
        return "unhealthy" if self.severity == "critical" else "degraded"

    @property
    def name(self):
        return f"{program_of(self.service)}/{self.check}"

    @property
    def neighbours(self):
        """All that has to run, the service itself included."""
        if self.service in WORKERS:
            return WORKERS
        if self.service == "signal-generator":
            return ("depth-collector", "signal-generator")
        return (self.service,)


ROWS = [
    Row("ingestion", "websocket_connected", "critical", "is false"),
    Row("ingestion", "ticks_received", "critical", "ago, limit 60s", limit=60,
        takes_along=("tick_rate",)),
    Row("ingestion", "token_validity", "critical", "in 5m, must be 0", window=300),
    Row("ingestion", "reconnect_attempts", "warning", "limit <10"),
    Row("ingestion", "publisher_connected", "critical", "is false"),
    Row("ingestion", "tick_rate", "warning", "0/s over 10s, must be above 0/s", limit=10),
    Row("worker-1", "rabbitmq_connected", "critical", "is false"),
    Row("worker-2", "messages_processed", "warning", "ago, limit ", limit=120),
    Row("worker-3", "database_connection", "critical", "connection refused"),
    Row("worker-1", "batch_flush", "warning", "in 1h, limit <5", window=3600),
    Row("worker-2", "consumer_active", "critical", "is false"),
    Row("depth-collector", "websocket_connected", "critical", "is false"),
    Row("depth-collector", "snapshots_received", "critical", "ago, limit 10s", limit=10),
    Row("depth-collector", "dhan_token", "critical", "in 5m, must be 0", window=300),
    Row("depth-collector", "database_writes", "warning", "ago, limit 60s", limit=60),
    Row("depth-collector", "bid_ask_balance", "warning", "limit <100"),
    Row("signal-generator", "redis_subscribed", "critical", "is false"),
    Row("signal-generator", "snapshots_buffered", "warning", "0, must be above 0"),
    Row("signal-generator", "calculations", "warning", "ago, limit 60s", limit=60),
    Row("signal-generator", "database_connection", "critical", "is false"),
    Row("signal-generator", "slack_alerts", "warning", "is false"),
]  # fmt: skip


class RowCheck:
    """One row, with services of this kind."""

    def __init__(self, start_service, document, wait_for_status, probe, one_liner, assert_healthy):
        self.start_service, self.document = start_service, document
        self.wait_for_status, self.assert_healthy = wait_for_status, assert_healthy
        self.probe, self.one_liner = probe, one_liner

    def start(self, row, kind=Service):
        services = {name: self.start_service(name, kind=kind) for name in row.neighbours}
        for name in row.neighbours:
            wait_until(lambda: self.states(name) == {"pass"}, 60, f"all checks of {name} pass")
            self.assert_healthy(name)
        return services[row.service]

    def break_it(self, service, row):
        service.tell("break", row.check)
        took = self.wait_for_status(row.service, row.status, row.limit + PROMPTLY)
        assert took > row.limit - 1, "it failed before its limit"

    def assert_broken(self, row):
        found = self.probe(row.service)
        assert found.found == (1, row.status, row.status), found
        assert found.text.startswith(f"{row.check} "), found
        assert row.shows in found.text
        assert f"({row.severity}" in found.text
        assert found.stderr == ""
        tolerant = self.probe(row.service, "--degraded-ok")
        assert tolerant.exit == (0 if row.status == "degraded" else 1), tolerant
        assert tolerant.verdict == row.status
        assert self.one_liner(row.service) == 1

    def assert_healed(self, row):
        self.wait_for_status(row.service, "healthy", PROMPTLY)
        for name in row.neighbours:
            self.assert_healthy(name)

    def states(self, service):
        """Of its checks. Soon after the start a check may be `waiting`; broken then, it waits for ever."""
        return {check["state"] for check in self.document(service).get("checks", {}).values()}

    def failing(self, service):
        checks = self.document(service).get("checks", {})
        return [name for name, check in checks.items() if check["state"] == "fail"]

    def assert_is_seen_and_heals(self, row, kind=Service):
        service = self.start(row, kind)
        self.break_it(service, row)
        self.assert_broken(row)
        for name in row.neighbours:
            broken = [row.check, *row.takes_along] if name == row.service else []
            assert self.failing(name) == broken
        service.tell("heal", row.check)
        if row.window:
            self.move_past_the_window(service, row)
        self.assert_healed(row)

    def move_past_the_window(self, service, row):
        """On the service's own clock, which can be moved; both sides of the end."""
        assert "clears in" in self.probe(row.service).text
        service.tell("advance", INSIDE[row.window])
        wait_until(lambda: self.fails_alone_after_the_step(row), PROMPTLY, "only that row")
        self.assert_broken(row)
        service.tell("advance", PAST)

    def fails_alone_after_the_step(self, row):
        checks = self.document(row.service).get("checks", {})
        failing = [name for name, check in checks.items() if check["state"] == "fail"]
        return failing == [row.check] and checks[row.check]["clears_in_ms"] <= 150_000

    def assert_clears_after_its_window(self, row):
        """On the true clock."""
        service = self.start(row)
        self.break_it(service, row)
        service.tell("heal", row.check)
        almost = time.monotonic() + row.window - 2
        while time.monotonic() < almost:
            assert self.failing(row.service) == [row.check]
            time.sleep(1)
        self.wait_for_status(row.service, "healthy", 2 + PROMPTLY)
        self.assert_healed(row)


def parameters(rows):
    """A test for each, named as the row is."""
    marks = {row: [pytest.mark.slow(row.limit)] if row.limit >= 5 else [] for row in rows}
    return [pytest.param(row, id=row.name, marks=marks[row]) for row in rows]


@pytest.fixture
def row_check(start_service, document, wait_for_status, probe, one_liner, assert_healthy):
    return RowCheck(
        start_service, document, wait_for_status, probe, one_liner, assert_healthy
    )
