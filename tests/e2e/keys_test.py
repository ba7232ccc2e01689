"""What the probe makes of the key around the value: its type, its name, its age."""

import re

import pytest

from harness.values import HEALTHY, KEY, TTL, document

MISSING = (1, "unhealthy", "missing")
WRONG_TYPE = (1, "unhealthy", "wrong-type")
NO_EXPIRY = (1, "unhealthy", "no-expiry")
STALE = (1, "unhealthy", "stale")
BEAT = document(interval_ms=10_000, ttl_ms=60_000)


def test_no_key_is_missing(value):
    value.check(MISSING)


@pytest.mark.parametrize(
    "command",
    [
        ("RPUSH", KEY, "healthy"),
        ("HSET", KEY, "status", "healthy"),
        ("SADD", KEY, "healthy"),
        ("ZADD", KEY, 1, "healthy"),
        ("XADD", KEY, "*", "status", "healthy"),
    ],
    ids=["list", "hash", "set", "sorted set", "stream"],
)
def test_a_key_of_another_type_is_wrong_type_also_one_that_expires(value, client, command):
    client.execute_command(*command)
    value.check(WRONG_TYPE)
    client.expire(KEY, TTL)
    value.check(WRONG_TYPE)


@pytest.mark.parametrize("text", [document(), BEAT], ids=["a foreign writer", "a beat"])
def test_a_key_that_does_not_expire_is_no_expiry(value, client, text):
    client.set(KEY, text)
    value.check(NO_EXPIRY)


def test_a_key_that_expires_too_late_for_its_ttl_is_no_expiry(value):
    value.put(document(ttl_ms=60_000), ttl_ms=70_000)
    value.check(NO_EXPIRY)
    value.put(document(), ttl_ms=70_000)
    value.check(NO_EXPIRY, "--ttl", "60s")
    value.put(document(ttl_ms=60_000), ttl_ms=60_000)
    value.check(HEALTHY)


def test_the_prefix_is_part_of_the_key(value, client, probe):
    client.setex("other:ingestion", TTL, document())
    value.check(MISSING)
    value.check(HEALTHY, "--prefix", "other:")
    assert probe("ingestion", HEARTBEAT_PREFIX="other:").found == HEALTHY


def test_several_services_have_a_line_each_and_the_worst_decides(value, client, probe):
    value.put(document())
    client.setex("health:other", TTL, document("degraded"))
    both = probe("ingestion", "other", "nobody")
    verdicts = [line.split()[:2] for line in both.stdout.splitlines()]
    assert verdicts == [["ingestion", "healthy"], ["other", "degraded"], ["nobody", "unhealthy"]]
    assert both.exit == 1
    assert probe("ingestion", "other", "--degraded-ok").exit == 0


@pytest.mark.parametrize(
    "seconds, expected", [(0, HEALTHY), (20, HEALTHY), (30.01, STALE), (45, STALE)]
)
def test_a_beat_is_good_for_three_intervals(value, seconds, expected):
    value.put_aged(seconds, BEAT)
    value.check(expected)


@pytest.mark.parametrize("interval", [0, -1, None, "10000", 1e4 + 0.5, 2e4, 20_000, 1 << 40, 1 << 64])
def test_a_beat_of_no_or_a_long_interval_is_good_for_its_ttl(value, interval):
    value.put_aged(45, document(interval_ms=interval, ttl_ms=60_000))
    value.check(HEALTHY)


def test_max_age_replaces_the_limit(value):
    value.put_aged(20, BEAT)
    value.check(STALE, "--max-age", "15s")
    value.check(HEALTHY, "--max-age", "30s")
    value.put_aged(35, BEAT)
    value.check(STALE)
    value.check(HEALTHY, "--max-age", "58s")


def test_ttl_says_what_the_document_does_not(value):
    value.put_aged(20, document())
    value.check(HEALTHY)
    value.check((1, "unhealthy", "age-unknown"), "--max-age", "15s")
    value.check(STALE, "--max-age", "15s", "--ttl", "60s")
    value.put_aged(20, document())
    value.check(HEALTHY, "--max-age", "30s", "--ttl", "60s")
    value.put_aged(20, document(interval_ms=10_000, ttl_ms=30_000), ttl=30)
    value.check(HEALTHY, "--ttl", "5m")  # the document knows better


@pytest.mark.parametrize("status", ["healthy", "degraded", "starting", "unhealthy"])
def test_a_stale_beat_is_stale_whatever_it_says_and_its_last_status_is_shown(value, status):
    value.put_aged(40, document(status, interval_ms=10_000, ttl_ms=60_000))
    found = value.check(STALE)
    assert re.search(r"^last beat [45]\ds ago, limit 30s", found.text)  # on a busy machine
    if status != "healthy":
        assert f"last status {status}" in found.text
