"""Every row of the table of checks, broken and healed, by the engine's own word."""

from dataclasses import dataclass

from harness.case import StackCase


@dataclass(frozen=True)
class Row:
    check: str
    severity: str
    shows: str  # value and limit
    after: str = ""  # how far its service's clock has to go for it to fail
    clears: str = ""  # and for the errors to be over

    @property
    def parts(self):
        status = "unhealthy" if self.severity == "critical" else "degraded"
        return f" {status} [{status}]: {self.check} ", self.shows, f"({self.severity}"


# The first of each service are broken together, then the second ones, and so on.
ROWS = {
    "ingestion": [
        Row("websocket_connected", "critical", "is false"),
        Row("reconnect_attempts", "warning", "limit <10"),
        Row("ticks_received", "critical", "ago, limit 60s", after="61s"),
        Row("token_validity", "critical", "in 5m, must be 0", clears="301s"),
        Row("publisher_connected", "critical", "is false"),
        Row("tick_rate", "warning", "0/s over 10s, must be above 0/s", after="11s"),
    ],
    "worker-1": [
        Row("rabbitmq_connected", "critical", "is false"),
        Row("batch_flush", "warning", "in 1h, limit <5", clears="3601s"),
    ],
    "worker-2": [
        Row("consumer_active", "critical", "is false"),
        Row("messages_processed", "warning", "ago, limit 2m", after="121s"),
    ],
    "worker-3": [
        Row("database_connection", "critical", "connection refused"),
        Row("batch_flush", "warning", "in 1h, limit <5", clears="3601s"),
    ],
    "depth-collector": [
        Row("websocket_connected", "critical", "is false"),
        Row("bid_ask_balance", "warning", "limit <100"),
        Row("snapshots_received", "critical", "ago, limit 10s", after="11s"),
        Row("dhan_token", "critical", "in 5m, must be 0", clears="301s"),
        Row("database_writes", "warning", "ago, limit 60s", after="61s"),
    ],
    "signal-generator": [
        Row("redis_subscribed", "critical", "is false"),
        Row("slack_alerts", "warning", "is false"),
        Row("calculations", "warning", "ago, limit 60s", after="61s"),
        Row("database_connection", "critical", "is false"),
        Row("snapshots_buffered", "warning", "0, must be above 0"),
    ],
}


class Rows(StackCase):
    def check_wave(self, number):
        wave = {service: rows[number] for service, rows in ROWS.items() if number < len(rows)}
        self.assertTrue(wave)
        try:
            for service, row in wave.items():
                self.stack.tell(service, "break", row.check)
            self.advance({service: row.after for service, row in wave.items()})
            for service, row in wave.items():
                line = self.wait_for_line(service, *row.parts)
                self.assert_line(line, service, *row.parts)
        finally:
            for service, row in wave.items():
                self.stack.tell(service, "heal", row.check)
            self.advance({service: row.clears for service, row in wave.items()})
        self.wait_for("healthy")

    def advance(self, durations):
        for service, duration in durations.items():
            if duration:
                self.stack.tell(service, "advance", duration)

    def test_wave_1_a_critical_row_of_each(self):
        self.check_wave(0)

    def test_wave_2_a_warning_row_of_each(self):
        self.check_wave(1)

    def test_wave_3(self):
        self.check_wave(2)

    def test_wave_4(self):
        self.check_wave(3)

    def test_wave_5(self):
        self.check_wave(4)

    def test_wave_6(self):
        self.check_wave(5)
