"""Every row of the table of checks, broken and healed, by the engine's own word."""

from dataclasses import dataclass

import pytest

from harness.waiting import assert_line


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


@pytest.mark.parametrize("number", range(max(map(len, ROWS.values()))))
def test_a_wave_is_broken_seen_and_healed(stack, watch, number):
    wave = {service: rows[number] for service, rows in ROWS.items() if number < len(rows)}
    try:
        for service, row in wave.items():
            stack.tell(service, "break", row.check)
        advance(stack, {service: row.after for service, row in wave.items()})
        for service, row in wave.items():
            line = watch.wait_for_line(service, *row.parts)
            assert_line(line, service, *row.parts)
    finally:
        for service, row in wave.items():
            stack.tell(service, "heal", row.check)
        advance(stack, {service: row.clears for service, row in wave.items()})


def advance(stack, durations):
    for service, duration in durations.items():
        if duration:
            stack.tell(service, "advance", duration)
