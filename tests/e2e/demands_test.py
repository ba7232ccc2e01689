"""What a caller demands beyond the status, and what it tolerates."""

import json
import socket

import pytest

from harness.values import HEALTHY, KEY, document
from harness.waiting import wait_until

FOREIGN = (1, "unhealthy", "foreign-host")
FAILED = (1, "unhealthy", "expect")
FIELDS = {
    "error_count": 5, "connected": True, "zone": "eu-1", "last": None,
    "checks": {"ticks.rate": {"value": 2.5}}, "list": [7],
}  # fmt: skip


@pytest.mark.parametrize(
    "instance, expected",
    [
        ({"host": socket.gethostname()}, HEALTHY),
        ({"host": "elsewhere"}, FOREIGN),
        ({}, FOREIGN),
        (None, FOREIGN),
    ],
    ids=["here", "elsewhere", "no host", "no instance"],
)
def test_own_accepts_the_beats_of_this_host_only(value, probe, instance, expected):
    value.put(document(instance=instance))
    value.check(HEALTHY)
    value.check(expected, "--own")
    assert probe("ingestion", HEALTHPROBE_OWN="1").found == expected


# As in an orchestrator's check of liveness; a beat is a beat, however busy this machine is.
LIVENESS = ("--own", "--degraded-ok", "--on-redis-error", "pass", "--max-age", "20s")


def test_own_refuses_the_beat_of_a_process_that_was_killed_and_passes_its_successor(beats, probe):
    service = beats.start()
    assert probe("ingestion", *LIVENESS).found == HEALTHY
    service.kill()
    killed = service.process.pid
    assert probe("ingestion", *LIVENESS[1:]).found == HEALTHY
    found = probe("ingestion", *LIVENESS)
    assert found.found == FOREIGN, found
    assert found.text.startswith(f"written by process {killed}, which has ended"), found
    beats.start(tag="-2")
    wait_until(lambda: probe("ingestion", *LIVENESS).found == HEALTHY, 60, "its successor is healthy")


@pytest.mark.parametrize(
    "other, expected",
    [
        ((), FOREIGN),
        (("pid_namespace",), HEALTHY),
        (("pid_namespace", "net_namespace"), FOREIGN),
    ],
    ids=["here", "a sidecar", "another pod of the same host name"],
)
def test_own_knows_a_sidecar_from_another_pod_of_the_same_host_name(
    beats, client, probe, other, expected
):
    beats.start().kill()
    beat = beats.document()
    for name in other:
        beat["instance"][name] += 1
    client.psetex(KEY, 20_000, json.dumps(beat))
    assert probe("ingestion", *LIVENESS).found == expected


@pytest.mark.parametrize(
    "demand, expected",
    [
        ("error_count < 6", HEALTHY), ("error_count < 5", FAILED),
        ("error_count <= 5", HEALTHY), ("error_count <= 4.9", FAILED),
        ("error_count > 4", HEALTHY), ("error_count > 5", FAILED),
        ("error_count>=5", HEALTHY), ("error_count>=6", FAILED),
        ("error_count == 5", HEALTHY), ("error_count == 6", FAILED),
        ("error_count != 6", HEALTHY), ("error_count != 5", FAILED),
        ("connected == true", HEALTHY), ("connected == false", FAILED),
        ("zone == eu-1", HEALTHY), ("zone == eu-2", FAILED), ('zone != "eu 2"', HEALTHY),
        ("last == null", HEALTHY), ("last != null", FAILED),
        ("checks.ticks.rate.value > 2", HEALTHY), ("list.0 == 7", HEALTHY),
        ("zone > 1", FAILED), ("nothing == 1", FAILED), ("checks == 1", FAILED),
    ],
)  # fmt: skip
def test_expect_holds_or_fails_on_the_field_that_it_names(value, demand, expected):
    value.put(document(**FIELDS))
    value.check(expected, "--expect", demand)


def test_each_of_several_demands_has_to_hold(value, probe):
    value.put(document(**FIELDS))
    value.check(FAILED, "--expect", "error_count < 6", "--expect", "connected == false")
    several = probe("ingestion", HEALTHPROBE_EXPECT="error_count < 6; zone == eu-2")
    assert several.found == FAILED


@pytest.mark.parametrize("option", ["degraded", "starting"])
@pytest.mark.parametrize("status", ["healthy", "degraded", "starting", "unhealthy"])
def test_degraded_ok_and_starting_ok_let_pass_what_they_name_and_nothing_else(
    value, probe, status, option
):
    value.put(document(status))
    exit_status = 0 if status in ("healthy", option) else 1
    value.check((exit_status, status, status), f"--{option}-ok")
    variables = {f"HEALTHPROBE_{option.upper()}_OK": "yes"}
    assert probe("ingestion", **variables).exit == exit_status
