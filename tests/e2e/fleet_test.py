"""The fleet: the roster that services keep, those that vanished from it, and replicas."""

import json
import re
import signal
import time

import pytest

from harness.beats import QUICK
from harness.waiting import wait_until

ROSTER = "health::services"
HEALTHY = json.dumps({"status": "healthy", "ttl_ms": 3_600_000, "interval_ms": 1_200_000})


class Fleet:
    def __init__(self, client):
        self.client = client

    def put(self, name, value=HEALTHY, seen=None):
        self.client.setex(f"health:{name}", 3600, value)
        self.enlist(name, seen)

    def enlist(self, name, seen=None):
        self.client.zadd(ROSTER, {name: time.time() if seen is None else seen})


@pytest.fixture
def fleet(client):
    return Fleet(client)


def lines_of(answer):
    return [line.split(":")[0] if "]" not in line else line[: line.index("]") + 1]
            for line in answer.stdout.splitlines()]  # fmt: skip


def first_words(answer):
    return [line.split()[0] for line in answer.stdout.splitlines()]


@pytest.mark.own_redis
def test_a_service_puts_itself_on_the_roster_with_every_beat(beats, redis, client):
    before = time.time()
    service = beats.start()
    first = client.zscore(ROSTER, "ingestion")
    assert before - 1 <= first <= time.time() + 1, first
    began = client.zscore(ROSTER, ":since")
    assert before - 1 <= began <= first
    wait_until(lambda: client.zscore(ROSTER, "ingestion") > first, 60, "a later beat")
    assert client.zscore(ROSTER, ":since") == began
    client.delete(ROSTER)
    wait_until(lambda: client.zcard(ROSTER) == 2, 60, "it is back on the roster")
    assert client.zscore(ROSTER, ":since") > began
    client.delete(ROSTER)
    client.set(ROSTER, "something else")
    before = beats.sequence()
    beats.wait_for_next(before)
    client.delete(ROSTER)
    redis.kill_connections()
    wait_until(lambda: client.zcard(ROSTER) == 2, 60, "asked for over a new connection")
    beats.assert_undisturbed(service)


def test_a_replica_has_a_key_of_its_own_and_its_check_asks_for_that_one(
    client, probe, start_service
):
    for number in "12":
        start_service("worker", tag=number, HEARTBEAT_INSTANCE=number, **QUICK)
    for number in "12":
        wait_until(lambda: client.exists(f"health:worker:{number}"), 60, "a beat")
    members = {b":since", b"worker:1", b"worker:2"}
    wait_until(lambda: set(client.zrange(ROSTER, 0, -1)) == members, 60, "both are on the roster")
    document = json.loads(client.get("health:worker:1"))
    assert (document["service"], document["instance"]["name"]) == ("worker", "1")
    own = probe(HEARTBEAT_SERVICE="worker", HEARTBEAT_INSTANCE="2")
    assert "worker:2 " in own.stdout
    assert own.stdout.count("\n") == 1, own
    everyone = probe("worker")
    assert first_words(everyone) == ["worker:1", "worker:2"], everyone


def test_a_replica_that_stopped_cleanly_does_not_count_unless_it_was_the_last_one(
    client, probe, start_service
):
    replicas = {
        number: start_service("worker", tag=number, HEARTBEAT_INSTANCE=number, **QUICK) for number in "12"
    }
    for number in replicas:
        wait_until(lambda: probe("worker", "--instance", number).exit == 0, 60, "it is healthy")

    def stop(number):
        replicas[number].signal(signal.SIGTERM)
        replicas[number].wait(60)
        client.delete(f"health:worker:{number}")
        assert client.zscore(ROSTER, f"worker:{number}") < 0

    stop("1")
    found = probe("worker", "--max-age", "20s")
    assert (found.exit, first_words(found)) == (0, ["worker:2"]), found
    stop("2")
    found = probe("worker")
    assert (found.exit, lines_of(found)) == (1, ["worker:2 unhealthy [missing]"]), found
    assert ", stopped 20" in found.stdout


def test_all_judges_everyone_on_the_roster_and_who_vanished_is_missing(client, fleet, probe):
    fleet.put("a")
    fleet.put("b", json.dumps({"status": "degraded"}))
    fleet.enlist("gone", time.time() - 90)
    found = probe("--all")
    assert found.exit == 1, found
    assert lines_of(found) == [
        "a healthy [healthy]", "b degraded [degraded]", "gone unhealthy [missing]",
    ]  # fmt: skip
    assert re.search(r"no key health:gone in database .*, last seen 20\d\d-.*Z \([\dms]+ ago\)", found.stdout)
    client.zrem(ROSTER, "gone", "b")
    assert probe("--all").exit == 0


@pytest.mark.own_redis
def test_all_of_an_empty_an_unreadable_and_an_unreachable_roster(client, probe, redis):
    found = probe("--all")
    assert (found.exit, lines_of(found)) == (1, ["* unhealthy [missing]"]), found
    assert "health::services lists no service" in found.stdout
    client.set(ROSTER, "x")
    found = probe("--all")
    assert (found.exit, lines_of(found)) == (1, ["* unknown [redis-error]"]), found
    redis.stop()
    found = probe("--all")
    assert (found.exit, lines_of(found)) == (1, ["* unknown [unreachable]"]), found
    assert probe("--all", "--on-redis-error", "pass").exit == 0


def test_scan_finds_services_that_only_have_a_key_and_no_key_of_anybody_else(client, fleet, probe):
    found = probe("--scan")
    assert (found.exit, lines_of(found)) == (1, ["* unhealthy [missing]"]), found
    assert "no key matches health:*" in found.stdout
    fleet.put("b")
    fleet.enlist("gone")
    client.setex("health:foreign", 3600, json.dumps({"status": "degraded"}))
    client.setex("health:worker:2", 3600, HEALTHY)
    client.rpush("health:list", "x")
    for key in ("health:a b", "health:x:y:z", "healthy", "other:health:x", "health:"):
        client.set(key, "x")
    with client.pipeline() as pipe:
        for number in range(5000):
            pipe.set(f"unrelated:{number}", number)
        pipe.execute()
    found = probe("--scan")
    assert lines_of(found) == [
        "b healthy [healthy]", "foreign degraded [degraded]", "gone unhealthy [missing]",
        "list unhealthy [wrong-type]", "worker:2 healthy [healthy]",
    ], found  # fmt: skip
    assert len(lines_of(probe("--all"))) == 2
    client.setex("h[e]*:b", 3600, HEALTHY)
    client.setex("he:c", 3600, HEALTHY)
    found = probe("--scan", "--prefix", "h[e]*:")
    assert lines_of(found) == ["b healthy [healthy]"], found


@pytest.mark.own_redis
def test_forget_takes_names_off_the_roster_and_says_what_it_did(client, fleet, probe, redis):
    fleet.put("a")
    fleet.enlist("worker:3")
    fleet.enlist("gone")
    found = probe("--forget", "worker:3", "--forget", "a", HEARTBEAT_SERVICE="own")
    assert found.exit == 0, found
    assert found.stdout == (
        "worker:3 is removed from the roster health::services\n"
        "a is removed from the roster health::services, but it still beats: "
        "its next beat adds it again\n"
    )
    assert client.zrange(ROSTER, 0, -1) == [b"gone"]
    client.zadd(ROSTER, {name: 1 for name in ("w:1", "w:2", "w:2%h", "wx:1", ":since")})
    found = probe("--forget", "w:*", "--forget", "v:*")
    assert (found.exit, found.stdout.splitlines()) == (1, [
        "w:1 is removed from the roster health::services",
        "w:2 is removed from the roster health::services",
        "v:* was not on the roster health::services",
    ]), found  # fmt: skip
    assert client.zrange(ROSTER, 0, -1) == [b":since", b"wx:1", b"gone"]
    client.zrem(ROSTER, "wx:1", ":since")
    found = probe("--forget", "typo")
    assert (found.exit, found.stdout) == (1, "typo was not on the roster health::services\n")
    redis.set_user("reader", "x", "~health:* +pttl")
    reader = redis.url.replace("://", "://reader:x@")
    found = probe("--forget", "gone", redis_url=reader)
    assert (found.exit, found.stdout) == (1, ""), found
    assert "healthprobe: --forget failed: [denied] ZREM" in found.stderr
    assert client.zcard(ROSTER) == 1
    redis.stop()
    assert "--forget failed: [unreachable]" in probe("--forget", "gone").stderr


@pytest.mark.own_redis
def test_a_roster_that_cannot_be_read_hides_no_replicas_silently(client, probe, redis):
    client.set(ROSTER, "something else")
    found = probe("worker")
    assert found.found == (1, "unknown", "redis-error"), found
    hidden = "it may have replicas, but the roster"
    assert re.search(f"^no key health:worker in database .*; {hidden} .* WRONGTYPE", found.text)
    redis.set_user("reader", "x", "~health:* +getrange +pttl")
    found = probe("worker", redis_url=redis.url.replace("://", "://reader:x@"))
    assert found.found == (1, "unhealthy", "missing"), found
    assert f"; {hidden} health::services cannot be read: ZRANGE: NOPERM" in found.text


def test_the_replicas_of_a_service_are_judged_in_its_place_all_of_them_or_a_quorum(fleet, probe):
    for number in "13":
        fleet.put(f"worker:{number}")
    fleet.enlist("worker:2", time.time() - 5)
    found = probe("worker")
    assert found.exit == 1
    assert lines_of(found) == [
        "worker:1 healthy [healthy]", "worker:2 unhealthy [missing]", "worker:3 healthy [healthy]",
    ]  # fmt: skip
    for needed, status in ((2, 0), (3, 1)):
        found = probe("worker", "--min-healthy", str(needed))
        assert found.exit == status, found
        assert f"2 of 3 replicas pass, {needed} needed" in found.stdout
        assert probe("--all", "--min-healthy", str(needed)).exit == status
    assert probe("worker", "--instance", "3").exit == 0
    fleet.enlist("worker")  # as it once was, without replicas
    found = probe("--all")
    assert first_words(found) == ["worker", "worker:1", "worker:2", "worker:3"], found
    assert probe("worker", "--instance", "2").exit == 1


def test_what_is_on_the_roster_and_no_name_is_never_asked_for_nor_printed(fleet, probe):
    fleet.put("a")
    for name in ("\x1b[2J", "a b", ":services", "x" * 129, ""):
        fleet.enlist(name)
    found = probe("--all")
    assert (found.exit, lines_of(found)) == (0, ["a healthy [healthy]"]), found


def test_a_roster_that_has_just_begun_is_not_a_healthy_fleet(client, fleet, probe, tmp_path):
    fleet.put("a")
    assert probe("--all").exit == 0
    fleet.enlist(":since")
    found = probe("--all")
    assert (found.exit, lines_of(found)) == (1, ["* starting [starting]", "a healthy [healthy]"])
    assert re.search(r"the roster health::services is only \d+s old", found.stdout)
    assert probe("--all", "--starting-ok").exit == probe("a").exit == 0
    fleet.enlist(":since", time.time() - 100_000)
    assert probe("--all").exit == 0

    names = tmp_path / "names"
    names.write_bytes(b"a\r\nb  # it is new\r\n")  # as an editor on Windows ends lines
    for expected in ("a,b", f"@{names}"):
        found = probe("--all", HEALTHPROBE_EXPECTED=expected)
        assert found.exit == 1
        assert lines_of(found) == ["a healthy [healthy]", "b unhealthy [missing]"], found
    fleet.put("b:1")
    assert probe("--all", "--expected", "a,b").exit == 0
    names.unlink()
    found = probe("--all", "--expected", f"@{names}")
    assert (found.exit, lines_of(found)) == (1, ["* unknown [usage]"]), found


def test_a_large_fleet_is_judged_whole_and_the_worst_is_named(client, probe):
    pipe = client.pipeline(transaction=False)
    names = [f"service-{i:04}" for i in range(1000)]
    for name in names:
        pipe.setex(f"health:{name}", 3600, HEALTHY)
    pipe.execute()
    client.zadd(ROSTER, {name: time.time() for name in names})
    found = probe("--all")
    assert found.exit == 0, found
    assert "1000 more healthy" in found.stdout
    client.delete("health:service-0777")
    found = probe("--all")
    assert found.exit == 1, found
    assert found.stdout.startswith("service-0777 unhealthy [missing]"), found


def test_a_fleet_that_is_read_in_several_parts_is_whole(client, probe):
    """The probe asks for 1,000 services at a time: on both sides of each border, something is wrong."""
    names = [f"s{number:04}" for number in range(2_001)]
    wrong = {"s0000", "s0999", "s1000", "s1999", "s2000"}
    with client.pipeline(transaction=False) as pipe:
        for name in names:
            degraded = json.dumps({"status": "degraded", "reason": name})
            pipe.setex(f"health:{name}", 3600, degraded if name in wrong else HEALTHY)
        pipe.zadd(ROSTER, dict.fromkeys(names, time.time()))
        pipe.delete("health:s1998")
        pipe.execute()
    assert probe("--silence", "30m", "s1000", timeout=30).exit == 0
    *found, rest = map(json.loads, probe("--all", "-o", "json", "-t", "60s").stdout.splitlines())
    assert rest == {"omitted": {"healthy": 2_001 - len(wrong) - 1}}
    assert {one["service"]: one["reason"] for one in found} == {**dict.fromkeys(wrong, "degraded"), "s1998": "missing"}
    assert {one["service"] for one in found if "silenced" in one} == {"s1000"}
    assert all(one["service"] in one["text"] for one in found)
