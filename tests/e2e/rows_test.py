"""Every row of the table of checks: broken, seen, healed, with the limits as they are."""

import datetime
import time
from dataclasses import dataclass

from harness import Case, test
from harness.service import program_of

WORKERS = ("worker-1", "worker-2", "worker-3")
# A status is written within 100 ms; the rest is for a machine that has much to do.
PROMPTLY = 5.0
JUST_INSIDE = {300: "290s", 3600: "3590s"}


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
    Row("ingestion", "token_validity", "critical", "in 5m, limit 0", window=300),
    Row("ingestion", "reconnect_attempts", "warning", "limit <10"),
    Row("ingestion", "publisher_connected", "critical", "is false"),
    Row("ingestion", "tick_rate", "warning", "0/s over 10s, limit >0/s", limit=10),
    Row("worker-1", "rabbitmq_connected", "critical", "is false"),
    Row("worker-2", "messages_processed", "warning", "ago, limit 2m", limit=120),
    Row("worker-3", "database_connection", "critical", "connection refused"),
    Row("worker-1", "batch_flush", "warning", "in 1h, limit <5", window=3600),
    Row("worker-2", "consumer_active", "critical", "is false"),
    Row("depth-collector", "websocket_connected", "critical", "is false"),
    Row("depth-collector", "snapshots_received", "critical", "ago, limit 10s", limit=10),
    Row("depth-collector", "dhan_token", "critical", "in 5m, limit 0", window=300),
    Row("depth-collector", "database_writes", "warning", "ago, limit 60s", limit=60),
    Row("depth-collector", "bid_ask_balance", "warning", "limit <100"),
    Row("signal-generator", "redis_subscribed", "critical", "is false"),
    Row("signal-generator", "snapshots_buffered", "warning", "0, limit >0"),
    Row("signal-generator", "calculations", "warning", "ago, limit 60s", limit=60),
    Row("signal-generator", "database_connection", "critical", "is false"),
    Row("signal-generator", "slack_alerts", "warning", "is false"),
]  # fmt: skip


class RowCase(Case):
    def start(self, row):
        self.start_redis()
        services = {name: self.start_service(name) for name in row.neighbours}
        for name in row.neighbours:
            self.wait_for_status(name, "healthy")
            self.assert_healthy(name)
        return services[row.service]

    def break_row(self, service, row):
        """The seconds that passed until Redis showed it."""
        service.tell("break", row.check)
        took = self.wait_for_status(row.service, row.status, row.limit + PROMPTLY)
        self.assertGreater(took, row.limit - 1, "it failed before its limit")

    def assert_broken(self, row):
        found = self.probe(row.service)
        self.assertEqual(found.found, (1, row.status, row.status), found)
        self.assertTrue(found.text.startswith(f"{row.check} "), found)
        self.assertIn(row.shows, found.text)
        self.assertIn(f"({row.severity}", found.text)
        self.assertEqual(found.stderr, "")
        tolerant = self.probe(row.service, "--degraded-ok")
        self.assertEqual(tolerant.exit, 0 if row.status == "degraded" else 1, tolerant)
        self.assertEqual(tolerant.verdict, row.status)
        self.assertEqual(self.one_liner(row.service), 1)

    def assert_healed(self, row):
        self.wait_for_status(row.service, "healthy", PROMPTLY)
        for name in row.neighbours:
            self.assert_healthy(name)

    def failing(self, service):
        checks = self.document(service).get("checks", {})
        return [name for name, check in checks.items() if check["state"] == "fail"]


class BrokenRow(RowCase):
    def check_row(self, row):
        service = self.start(row)
        self.break_row(service, row)
        self.assert_broken(row)
        for name in row.neighbours:
            broken = [row.check, *row.takes_along] if name == row.service else []
            self.assertEqual(self.failing(name), broken)
        service.tell("heal", row.check)
        if row.window:
            self.wait_out_the_window(service, row)
        self.assert_healed(row)

    def wait_out_the_window(self, service, row):
        """On the service's own clock, which can be moved; both sides of the end."""
        self.assertIn("clears in", self.probe(row.service).text)
        service.tell("advance", JUST_INSIDE[row.window])
        self.wait_until(lambda: self.failing(row.service) == [row.check], PROMPTLY, "only that row")
        self.assert_broken(row)
        service.tell("advance", "10s")


class Rows(BrokenRow):
    topic = "row"


class Patience(RowCase):
    topic = "patience"

    def check_row(self, row):
        service = self.start(row)
        self.break_row(service, row)
        service.tell("heal", row.check)
        almost = time.monotonic() + row.window - 2
        while time.monotonic() < almost:
            self.assertEqual(self.failing(row.service), [row.check])
            time.sleep(1)
        self.wait_for_status(row.service, "healthy", 2 + PROMPTLY)
        self.assert_healed(row)


class ClosedMarket(Case):
    topic = "market hours"

    def check_suppressed(self, service, check):
        today = datetime.datetime.now(datetime.timezone.utc)
        far = (today + datetime.timedelta(days=3)).strftime("%a")
        self.start_redis()
        variables = {"MARKET_HOURS": f"{far} 09:00-10:00 UTC", "HEARTBEAT_INTERVAL": "1s"}
        if service == "signal-generator":
            self.start_service("depth-collector")
        broken = self.start_service(service, **variables)
        self.wait_for_status(service, "healthy")

        def would_be(state):
            document = self.document(service)
            self.assertEqual(document["status"], "healthy", document)
            return document["checks"][check].get("would_be") == state

        # Not before: a check without data yet would wait, not fail.
        self.wait_until(lambda: would_be("pass"), 20, f"{check} would pass")
        broken.tell("break", check)
        self.wait_until(lambda: would_be("fail"), 20, f"{check} would fail")
        self.assertEqual(self.document(service)["checks"][check]["state"], "suppressed")
        self.assert_healthy(service)
        self.assertIn("1 suppressed", self.probe(service).text)

    @test("tick_rate does not count while the market is closed", seconds=12)
    def test_tick_rate(self):
        self.check_suppressed("ingestion", "tick_rate")

    @test("snapshots_buffered does not count while the market is closed")
    def test_snapshots_buffered(self):
        self.check_suppressed("signal-generator", "snapshots_buffered")


def add_test(case, row, seconds, **marks):
    method = test(row.name, seconds=seconds, **marks)(lambda self: self.check_row(row))
    setattr(case, f"test_{row.name.replace('/', '_').replace('-', '_')}", method)


for each in ROWS:
    add_test(Rows, each, seconds=max(2, each.limit))
    if each.window == 300:
        add_test(Patience, each, seconds=330, patient=True)
