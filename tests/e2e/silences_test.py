"""Silences: who tells people keeps quiet, and all else stays as it is."""

import json
import re

import pytest

from harness.board import ROSTER
from harness.waiting import wait_until

KEY = "health::silences"
SECRET = "k8-Quite-Secret"
READING = "resetkeys %R~health:* -@all +getrange +pttl"


def silenced(text):
    """Which of the services in JSON lines are silenced, and by whom."""
    lines = [json.loads(line) for line in text.splitlines()]
    return {one["service"]: one["silenced"]["by"] for one in lines if "silenced" in one}


@pytest.mark.own_redis
def test_a_silence_is_shown_everywhere_and_no_verdict_changes(board, client, probe):
    board.put("a")
    board.put("worker:1", "unhealthy")
    board.put("worker:2")
    before = probe("--all")
    found = probe("--silence", "30m", "--reason", "new kernel", "worker", USER="anna")
    assert (found.exit, found.stderr) == (0, ""), found
    end = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    assert re.fullmatch(rf"worker is silenced until {end} by anna@\S+: new kernel\n", found.stdout)

    after = probe("--all")
    assert (after.exit, len(after.stdout.splitlines())) == (1, len(before.stdout.splitlines()))
    assert probe("worker").exit == 1 and probe("a").exit == 0
    everything = probe("--all", "-o", "json")
    assert everything.exit == 1
    assert set(silenced(everything.stdout)) == {"worker:1", "worker:2"}
    assert silenced(everything.stdout)["worker:1"].startswith("anna@")
    metrics = probe("-o", "prometheus", "a", "worker").stdout
    assert 'healthprobe_silenced{health_service="a"} 0\n' in metrics
    assert 'healthprobe_silenced{health_service="worker",health_instance="1"} 1\n' in metrics
    assert 'health_instance="1",by="anna@' in metrics
    assert "silenced until" in probe("worker", "--checks").stdout

    board.start()
    wait_until(lambda: "1 silenced" in board.get("/")[2], 60, "the page says so")
    page = board.get("/")[2]
    assert "0 of 3 not healthy, 1 silenced" in page and "new kernel" in page
    assert "new kernel" in board.get("/service/worker")[2]
    assert board.get("/health/worker")[0] == 503
    assert len(silenced(board.get("/health/worker")[2])) == 2

    table = probe("--silences").stdout.splitlines()
    assert len(table) == 2 and re.match(rf"worker   {end}  (30m|2\dm|2\dm\d+s)  anna@", table[1]), table
    (one,) = map(json.loads, probe("--silences", "-o", "json").stdout.splitlines())
    assert (one["service"], one["reason"]) == ("worker", "new kernel")

    found = probe("--unsilence", "worker:2", "worker")
    assert (found.exit, found.stdout) == (
        1, "worker:2 was not silenced, but worker is\nworker is not silenced any more\n",
    ), found  # fmt: skip
    assert not client.exists(KEY)
    found = probe("--silences")
    assert (found.exit, found.stdout) == (0, "nothing is silenced\n")
    wait_until(lambda: "1 of 3 not healthy<" in board.get("/")[2], 60, "the page is loud again")


@pytest.mark.own_redis
def test_a_silence_replaces_that_of_the_same_name_and_what_has_ended(client, probe):
    client.zadd(KEY, {'{"service":"old","by":"x","reason":""}': 1, "no silence": 2, "later": 9e12})
    client.zadd(ROSTER, {"worker:1": 1})
    assert probe("--silence", "1h", "worker:1", "worker", "--reason=first").exit == 0
    assert client.zcard(KEY) == 3
    found = probe("--silence", "2h", "worker", "slip")
    assert found.exit == 0
    assert found.stderr == "healthprobe: slip is not on the roster: is the name right?\n"
    members = [member.decode() for member in client.zrange(KEY, 0, -1)]
    assert members[-1] == "later" and len(members) == 4
    assert [json.loads(one)["service"] for one in members[:-1]] == ["worker:1", "slip", "worker"]
    assert [json.loads(one)["reason"] for one in members[:-1]] == ["first", "", ""]


@pytest.mark.own_redis(tcp=True)
def test_who_may_not_says_why_and_who_may_not_read_sees_nothing_silenced(board, client, probe, redis):
    board.put("a")
    assert probe("--silence", "1h", "a").exit == 0
    redis.set_user("reader", SECRET, READING + " +zrange")
    found = probe("--silence", "1h", "a", redis_url=redis.url_as("reader", SECRET))
    assert (found.exit, found.stdout) == (1, "")
    assert "healthprobe: --silence failed: [denied] Z" in found.stderr
    assert "--unsilence failed: [denied] ZREM" in probe(
        "--unsilence", "a", redis_url=redis.url_as("reader", SECRET)
    ).stderr  # fmt: skip

    # It may read the roster, and not the silences.
    redis.set_user(
        "blind", SECRET, "resetkeys %R~health:a %R~health::services -@all +getrange +pttl +zrange"
    )
    url = redis.url_as("blind", SECRET)
    found = probe("-o", "prometheus", "a", redis_url=url)
    assert found.exit == 0 and 'healthprobe_silenced{health_service="a"} 0\n' in found.stdout
    board.start("-u", url)
    said = "silences cannot be read, and nothing is silenced [denied]: "
    wait_until(lambda: said in board.log.read_text(), 60, "the log says so")
    assert board.get("/health/a")[0] == 200
    reads = board.get("/metrics")[2]
    wait_until(lambda: board.get("/metrics")[2] != reads, 60, "it has read again")
    assert board.log.read_text().count(said) == 1
    # A plain health check does not even try.
    board.end()
    client.execute_command("ACL", "LOG", "RESET")
    assert probe("a", redis_url=url).exit == 0
    assert client.execute_command("ACL", "LOG") == []
    redis.stop()
    assert "--silence failed: [unreachable]" in probe("--silence", "1h", "a").stderr


@pytest.fixture
def as_user(shipped_redis, probe):
    """as_user(USER, ARGUMENT...): runs healthprobe as this user of compose/redis.sh."""

    def ask(user, *arguments):
        password = shipped_redis.secrets / f"{user}_password"
        url = shipped_redis.here("redis://redis:6379")
        return probe(*arguments, redis_url=url, REDIS_USERNAME=user, REDIS_PASSWORD_FILE=password)

    return ask


def test_the_operator_of_the_stack_may_silence_and_end_it(as_user, shipped_redis):
    assert "worker is silenced until " in as_user("operator", "--silence", "1h", "worker").stdout
    assert "worker " in as_user("operator", "--silences").stdout
    found = as_user("operator", "--unsilence", "worker")
    assert (found.exit, found.stdout) == (0, "worker is not silenced any more\n"), found
    assert shipped_redis.refused() == []


@pytest.mark.parametrize("user", ["writer", "probe"])
def test_others_of_the_stack_may_not(as_user, shipped_redis, user):
    assert as_user("operator", "--silence", "1h", "worker").exit == 0
    with shipped_redis.server.client() as client:
        before = client.zrange(KEY, 0, -1, withscores=True)
        for words in (["--silence", "2h", "worker"], ["--silence", "1h", "other"], ["--unsilence", "worker"]):
            found = as_user(user, *words)
            assert (found.exit, found.stdout) == (1, ""), found
            assert f"{words[0]} failed: [denied] Z" in found.stderr
        assert client.zrange(KEY, 0, -1, withscores=True) == before
