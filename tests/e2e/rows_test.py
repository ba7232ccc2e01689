"""Every row of the table of checks: broken, seen, healed, with the limits as they are."""

import datetime

import pytest

from harness.rows import ROWS, parameters
from harness.waiting import wait_until


@pytest.mark.parametrize("row", parameters(ROWS))
def test_a_row_is_broken_seen_and_healed(row_check, row):
    row_check.assert_is_seen_and_heals(row)


@pytest.mark.patient
@pytest.mark.parametrize("row", parameters([row for row in ROWS if row.window == 300]))
def test_a_row_clears_after_its_five_minutes(row_check, row):
    row_check.assert_clears_after_its_window(row)


@pytest.mark.parametrize(
    "service, check",
    [
        pytest.param("ingestion", "tick_rate", marks=pytest.mark.slow(12)),
        ("signal-generator", "snapshots_buffered"),
    ],
)
def test_a_check_does_not_count_while_the_market_is_closed(
    document, probe, start_service, wait_for_status, assert_healthy, service, check
):
    today = datetime.datetime.now(datetime.timezone.utc)
    far = (today + datetime.timedelta(days=3)).strftime("%a")
    variables = {"MARKET_HOURS": f"{far} 09:00-10:00 UTC", "HEARTBEAT_INTERVAL": "1s"}
    if service == "signal-generator":
        start_service("depth-collector")
    broken = start_service(service, **variables)
    wait_for_status(service, "healthy")

    def would_be(state):
        shown = document(service)
        assert shown["status"] == "healthy", shown
        return shown["checks"][check].get("would_be") == state

    # Not before: a check without data yet would wait, not fail.
    wait_until(lambda: would_be("pass"), 60, f"{check} would pass")
    broken.tell("break", check)
    wait_until(lambda: would_be("fail"), 60, f"{check} would fail")
    assert document(service)["checks"][check]["state"] == "suppressed"
    assert_healthy(service)
    assert "1 suppressed" in probe(service).text
