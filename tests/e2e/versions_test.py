"""What the writers of 0.1.0 left in Redis, read by the programs of today.

documents_0_1_0.tsv holds NAME, SCORE and DOCUMENT, as 0.1.0 wrote them: a beat of each status, a clean
stop, a service with two replicas of which one stopped, and one whose only replica stopped.
"""

import json
import os

import pytest

from harness.board import ROSTER
from harness.waiting import wait_until

TTL_MS = 20_000
WHENEVER = ("--max-age", "20s")  # a beat is a beat, however busy this machine is
VERDICTS = {
    "healthy": ("healthy", "healthy"), "starting": ("starting", "starting"),
    "degraded": ("degraded", "degraded"), "unhealthy": ("unhealthy", "unhealthy"),
    "stopped": ("unhealthy", "unhealthy"), "worker:1": ("healthy", "healthy"),
    "worker:2": ("unhealthy", "unhealthy"), "gone:1": ("unhealthy", "unhealthy"),
}  # fmt: skip
TEXTS = {
    "healthy": "2 checks pass, last beat ", "starting": "work waiting for data (critical, ",
    "degraded": "flag is false (warning, ", "unhealthy": "flag is false (critical, ",
    "stopped": "stopped at 2026-11-27T03:37:54.294Z on host vm, pid 21622", "worker:1": "2 checks pass, last beat ",
}  # fmt: skip


def recorded():
    with open(os.path.join(os.path.dirname(__file__), "documents_0_1_0.tsv"), encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file]


def put_recorded(client):
    for name, score, document in recorded():
        client.psetex(f"health:{name}", TTL_MS, document)
        client.zadd(ROSTER, {name: float(score)})


@pytest.fixture
def old_fleet(client):
    put_recorded(client)
    return client


def rows_of(lines):
    return {one["service"]: (one["verdict"], one["reason"]) for one in map(json.loads, lines)}


def rows(answer):
    return rows_of(answer.stdout.splitlines())


def test_every_document_has_its_verdict_and_the_roster_is_not_young(old_fleet, probe, board):
    found = probe("--all", *WHENEVER, "-o", "json")
    assert (found.exit, rows(found)) == (1, VERDICTS)
    for name, text in TEXTS.items():
        put_recorded(old_fleet)  # they last for 20 s
        found = probe(*name.replace(":", " --instance ").split(), *WHENEVER)
        assert f"]: {text}" in found.stdout, found
        assert found.exit == (VERDICTS[name][0] != "healthy")
    board.start(*WHENEVER)
    put_recorded(old_fleet)
    status, _, body = board.get("/health")
    assert status == 503
    assert {one["service"]: (one["verdict"], one["reason"]) for one in json.loads(body)["services"]} == VERDICTS


def test_a_replica_that_stopped_counts_until_it_is_forgotten(old_fleet, probe):
    assert rows(probe("worker", *WHENEVER, "-o", "json")) == {name: VERDICTS[name] for name in ("worker:1", "worker:2")}
    old_fleet.delete("health:worker:2", "health:gone:1")
    found = probe("worker", *WHENEVER)
    assert found.exit == 1
    assert "worker:2 unhealthy [missing]: no key health:worker:2 " in found.stdout
    assert ", last seen 2026-11-27T03:37:54.290Z" in found.stdout
    assert rows(probe("gone", "-o", "json")) == {"gone:1": ("unhealthy", "missing")}
    assert probe("--forget", "worker:2", "--forget", "gone:1").exit == 0
    assert probe("worker", *WHENEVER).exit == 0
    assert rows(probe("gone", "-o", "json")) == {"gone": ("unhealthy", "missing")}


def test_a_beat_that_names_no_process_is_own_by_its_host_alone(old_fleet, probe):
    document = json.loads(recorded()[0][2])
    assert not {"start_ticks", "pid_namespace", "net_namespace"} & document["instance"].keys()
    for host, expected in (("elsewhere", "foreign-host"), (os.uname().nodename, "healthy")):
        document["instance"]["host"] = host
        old_fleet.psetex("health:healthy", TTL_MS, json.dumps(document))
        assert probe("healthy", "--own", *WHENEVER).reason == expected


def test_the_first_newer_writer_makes_the_roster_young_once(old_fleet, probe, beats):
    beats.start()
    since = old_fleet.zscore(ROSTER, ":since")
    put_recorded(old_fleet)
    found = rows(probe("--all", *WHENEVER, "-o", "json"))
    assert found == {"*": ("starting", "starting"), "ingestion": ("healthy", "healthy"), **VERDICTS}
    wait_until(lambda: old_fleet.zscore(ROSTER, "ingestion") > since, 60, "a later beat")
    assert old_fleet.zscore(ROSTER, ":since") == since
    old_fleet.zadd(ROSTER, {":since": since - 3600})
    assert "*" not in rows(probe("--all", *WHENEVER, "-o", "json"))


def test_a_new_document_has_what_the_old_probe_needs_in_its_form(client, beats):
    """It judges the age only by whole numbers without a point (heartbeat/FORMAT.md)."""
    beats.start()
    text = client.get("health:ingestion")
    for name, number in (("interval_ms", 1000), ("ttl_ms", TTL_MS)):
        assert f'"{name}":{number},'.encode() in text
    document = json.loads(text)
    assert document["service"] == "ingestion"
    assert document["instance"]["host"] == os.uname().nodename
    assert {"severity", "state", "kind", "comparison"} <= document["checks"]["websocket_connected"].keys()
