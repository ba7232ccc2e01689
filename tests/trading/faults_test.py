"""Every fault of the plan is seen by its rows, named with its cause, and healed."""

from __future__ import annotations

import re

import pytest
from plan import ADDITIONS, BEAT, STEPS, Step

ROWS = {
    "ingestion": {"websocket_connected", "ticks_received", "token_validity", "reconnect_attempts",
                  "publisher_connected", "tick_rate"},
    "worker-1": {"rabbitmq_connected", "messages_processed", "database_connection", "batch_flush", "consumer_active"},
    "depth-collector": {"websocket_connected", "snapshots_received", "dhan_token", "database_writes", "bid_ask_balance"},
    "signal-generator": {"redis_subscribed", "snapshots_buffered", "calculations", "database_connection", "slack_alerts"},
}  # fmt: skip


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.fault)
def test_a_fault_is_seen_named_and_healed(record, step: Step):
    skipped = record.skipped.get(step.fault)
    if skipped:
        pytest.skip(skipped)  # only where the machine allows no cgroup
    result = record.results[step.fault]
    assert not result.unseen
    assert not result.unhealed
    lines = [seen.words for seen in result.rows.values()]
    assert not step.cause or any(re.search(step.cause, line) for line in lines), lines
    for (service, row), seen in result.rows.items():
        if row != BEAT:
            assert seen.words.startswith(row), (service, seen.words)


def test_all_21_rows_have_failed_by_a_real_fault():
    assert sum(map(len, ROWS.values())) == 21
    for service, rows in ROWS.items():
        failed = {row for step in STEPS for row in step.rows.get(service, ())}
        assert rows <= failed
        assert failed - rows <= {*ADDITIONS, BEAT}


def test_no_service_alarms_that_no_fault_touched(record):
    assert record.false_alarms() == []


def test_a_closed_market_is_no_alarm(record):
    seen = [look for look in record.night if look.healthy]
    assert seen, record.night[-1]
    after = record.night[record.night.index(seen[0]) :]
    assert [look for look in after if not look.healthy] == []
    assert after[-1].at - after[0].at > 65  # longer than the limit of ticks_received


def test_by_hand_the_closed_market_is_an_alarm(record):
    """Else the test before would prove nothing."""
    assert any("ticks_received" in look.failing for look in record.night_by_hand)
