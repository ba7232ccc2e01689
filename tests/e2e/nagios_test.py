"""A real Nagios runs healthprobe by the command line of docs/monitoring.md, and understands it."""

import os
import pathlib
import re

import pytest

from harness.nagios import PROGRAM, Nagios
from harness.probe import PATIENT
from harness.process import binary
from harness.skips import needs
from harness.values import document
from harness.waiting import wait_until

WITHIN = 120
GUIDE = pathlib.Path(__file__).resolve().parents[2] / "docs/monitoring.md"
# By the guidelines: 'label'=value[unit];[warn];[crit];[min];[max]
FIGURE = re.compile(r"('[^'=]+'|[^'= ]+)=(-?[0-9.]+)(s|%|c|B|)?(;[0-9.:@~-]*){0,4}$")
# Not what a check said, which a line of the log may quote.
COMPLAINT = re.compile(
    r"^\[\d+\] (?!SERVICE ALERT|CURRENT)(Warning|Error|.*(timed out|unable to|out of bounds))"
)
CHECKS = {
    "ticks": {
        "severity": "critical", "state": "pass", "kind": "age",
        "value": 2.5, "comparison": "<", "limit": 60,
    },
}


@pytest.fixture
def put_beat(client):
    def put(service, status):
        text = document(status, ttl_ms=600_000, interval_ms=300_000, sequence=3, checks=CHECKS)
        client.psetex(f"health:{service}", 600_000, text)

    return put


@pytest.fixture
def start_nagios(tmp_path, redis_url, cleanup):
    """Starts one with a check of each NAME=ARGUMENTS."""
    needs(os.path.exists(PROGRAM), "nagios4-core")

    def start(**arguments):
        line = re.search(r"^ *command_line +/usr/local/bin/healthprobe (.*)$", GUIDE.read_text(), re.M)
        command = f"{binary('healthprobe')} {line[1]}"
        checks = {name: (command, words) for name, words in arguments.items()}
        nagios = Nagios(tmp_path, checks)
        verified = nagios.verify()
        assert verified.returncode == 0, verified.stdout
        assert "Total Errors:   0" in verified.stdout
        nagios.start(HEARTBEAT_REDIS_URL=redis_url, **PATIENT)
        cleanup.callback(nagios.stop)
        return nagios

    return start


def wait_for_states(nagios, **expected):
    try:
        wait_until(lambda: nagios.states() == expected, WITHIN, "the states that are due")
    except AssertionError:
        assert nagios.states() == expected, nagios.read("nagios.log")[-3000:]


def figures_of(text):
    figures = text.split()
    assert [one for one in figures if not FIGURE.match(one)] == [], text
    return {one.split("=")[0]: one.split("=", 1)[1] for one in figures}


def assert_no_complaint(nagios):
    for line in nagios.read("nagios.log").splitlines():
        assert not re.search(COMPLAINT, line)


@pytest.mark.slow(12)
@pytest.mark.own_redis
def test_nagios_shows_every_state_for_the_right_cause_and_reads_the_figures(
    redis, put_beat, start_nagios
):
    for service in ("healthy", "starting", "degraded", "unhealthy"):
        put_beat(service, service)
    nagios = start_nagios(
        good="healthy", young="starting", slow="degraded", broken="unhealthy", gone="nobody",
        several="healthy degraded nobody", misused="healthy -t soon",
    )
    wait_for_states(
        nagios, good="OK", young="WARNING", slow="WARNING", broken="CRITICAL",
        gone="CRITICAL", several="CRITICAL", misused="UNKNOWN",
    )
    found = nagios.services()
    for name, word, reason in (
        ("good", "OK", "healthy [healthy]"), ("young", "WARNING", "starting [starting]"),
        ("slow", "WARNING", "degraded [degraded]"),
        ("broken", "CRITICAL", "unhealthy [unhealthy]"),
        ("gone", "CRITICAL", "nobody unhealthy [missing]"), ("misused", "UNKNOWN", "soon"),
    ):
        output = found[name]["plugin_output"]
        assert output.startswith(f"HEALTHPROBE {word}: "), (name, output)
        assert reason in output, name
        assert "|" not in output, name
    figures = figures_of(found["good"]["performance_data"])
    assert re.search(r"^[0-9.]+s;;300$|^[0-9.]+s;;[0-9.]+$", figures["beat_age"])
    assert figures["ticks"] == "2.5s;;60"
    assert figures_of(found["several"]["performance_data"])
    assert found["misused"]["performance_data"] == ""
    assert_no_complaint(nagios)

    # What Nagios shows follows what the service says.
    put_beat("unhealthy", "healthy")
    wait_until(lambda: nagios.states()["broken"] == "OK", WITHIN, "it is well again")

    redis.stop()
    wait_for_states(
        nagios, misused="UNKNOWN",
        **dict.fromkeys(("good", "young", "slow", "broken", "gone", "several"), "CRITICAL"),
    )
    assert "[unreachable]" in nagios.services()["good"]["plugin_output"]
    assert_no_complaint(nagios)
