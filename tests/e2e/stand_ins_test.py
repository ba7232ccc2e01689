"""A stand-in that cannot run says why, in one line."""

import re
import subprocess

import pytest

from harness.process import binary, clean_environment
from harness.service import program_of


@pytest.fixture
def assert_refused(tmp_path):
    def check(service, says, **variables):
        variables.setdefault("HEARTBEAT_REDIS_URL", "redis://127.0.0.1:1")
        done = subprocess.run(
            [binary(program_of(service))],
            env=clean_environment(STAND_IN_CONTROL=tmp_path / "control", **variables),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 1, done
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1, done
        assert done.stderr[:-1].isprintable(), done
        assert not re.search("secret|sec/ret", done.stderr)
        for text in says:
            assert text in done.stderr

    return check


@pytest.mark.parametrize("service", ["ingestion", "depth-collector"])
@pytest.mark.parametrize(
    "variables, says",
    [
        ({"HEARTBEAT_TTL": "19s"}, ["HEARTBEAT_TTL", "19s", "20s"]),
        ({"HEARTBEAT_TTL": "60500ms"}, ["HEARTBEAT_TTL", "whole seconds"]),
        ({"HEARTBEAT_INTERVAL": "soon"}, ["HEARTBEAT_INTERVAL", "'soon'", "500ms"]),
        ({"HEARTBEAT_INTERVAL": "50ms"}, ["HEARTBEAT_INTERVAL", "100ms to 1h"]),
    ],
)
def test_times_that_cannot_be_are_refused_by_name(assert_refused, service, variables, says):
    assert_refused(service, says, **variables)


@pytest.mark.parametrize(
    "service, variables, says",
    [
        ("ingestion", {"MARKET_HOURS": "Mon-Fri 09:15-15:30 Mars/Olympus"}, ["Mars/Olympus"]),
        ("signal-generator", {"MARKET_HOURS": "Funday 09:15-15:30 UTC"}, ["Funday"]),
        ("ingestion", {"MARKET_HOLIDAYS": "2026-02-30"}, ["2026-02-30"]),
        ("ingestion", {"HEARTBEAT_PREFIX": "a\x1bb"}, ["a\\x1bb"]),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(assert_refused, service, variables, says):
    assert_refused(service, says, **variables)


@pytest.mark.parametrize(
    "url", ["http://:secret@host", "redis://:secret@host:port", "redis://:sec/ret@host"]
)
def test_a_bad_url_is_refused_and_not_shown(assert_refused, url):
    assert_refused("ingestion", ["HEARTBEAT_REDIS_URL"], HEARTBEAT_REDIS_URL=url)


def test_a_worker_needs_a_name(assert_refused):
    assert_refused("worker-1", ["HEARTBEAT_SERVICE"])
    assert_refused("worker-1", ["'worker 1'"], HEARTBEAT_SERVICE="worker 1")
