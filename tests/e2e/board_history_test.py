"""The history of verdicts: healthboard writes it, and healthprobe and healthboard show it."""

import json
import time

import pytest

from harness.waiting import wait_until

SECRET = "k8-Quite-Secret"
READING = "resetkeys %R~health:* -@all +getrange +pttl +zrange"
RECORDING = READING + " +xadd +xrange %W~health::history:*"


def reports(text):
    return {one["service"]: one for one in map(json.loads, text.splitlines())}


@pytest.fixture
def states(probe):
    """What healthprobe says happened to a service: a list of reasons, None where nobody watched."""

    def ask(service, **variables):
        found = probe(service, "--history", "10m", "-o", "json", **variables)
        if found.exit != 0:
            return []
        return [one["reason"] for one in reports(found.stdout)[service]["periods"]]

    return ask


@pytest.mark.own_redis(tcp=True)
def test_changes_are_kept_in_redis_by_a_user_with_two_commands_more(
    board, client, redis, probe, states
):
    redis.set_user("board", SECRET, RECORDING)
    board.put("a")
    board.start("-u", redis.url_as("board", SECRET))
    wait_until(lambda: states("a") == [None, "healthy"], 60, "the first state is there")
    board.put("a", "unhealthy")
    wait_until(lambda: states("a")[-1:] == ["unhealthy"], 60, "the change is there")
    board.put("a")
    expected = [None, "healthy", "unhealthy", "healthy"]
    wait_until(lambda: states("a") == expected, 60, "and the next one")
    assert client.execute_command("ACL", "LOG") == []
    text = probe("a", "--history", "10m")
    assert (text.exit, text.stderr) == (0, "")
    assert "a: up " in text.stdout and "unhealthy [unhealthy]" in text.stdout
    status, kind, body = board.get("/history/a?span=10m")
    assert (status, kind) == (200, "application/json")
    assert [one["reason"] for one in reports(body)["a"]["periods"]] == expected
    assert board.get("/history/nobody")[0] == 404
    assert board.get("/history/a?span=1y")[0] == 400
    # The streams disturb nobody who looks at the whole fleet.
    assert probe("--scan").stdout.count("\n") == probe("--all").stdout.count("\n")
    nobody = probe("nobody", "--history", "24h")
    assert nobody.exit == 1 and "no history of nobody" in nobody.stderr


@pytest.mark.own_redis(tcp=True)
def test_without_the_two_commands_the_history_is_in_memory_and_the_log_says_so_once(
    board, redis, states
):
    redis.set_user("board", SECRET, READING)
    board.put("a")
    board.start("-u", redis.url_as("board", SECRET))
    wait_until(lambda: "history is kept in memory only [denied]" in board.log.read_text(), 60, "said")
    board.put("a", "degraded")

    def reasons():
        status, _, body = board.get("/history/a")
        return status == 200 and [one["reason"] for one in reports(body)["a"]["periods"]]

    wait_until(lambda: reasons() == [None, "healthy", "degraded"], 60, "it is in memory")
    assert states("a") == []
    assert board.log.read_text().count("in memory only") == 1


@pytest.mark.own_redis
@pytest.mark.slow(21)
def test_a_redis_that_is_full_and_has_room_again_is_two_lines_of_the_log(board, client, states):
    board.put("a")
    board.start()
    wait_until(lambda: states("a") == [None, "healthy"], 60, "it is in Redis")
    client.config_set("maxmemory", 1)
    client.delete("health:a")
    wait_until(lambda: "in memory only [redis-error]" in board.log.read_text(), 60, "said")
    client.config_set("maxmemory", 0)
    wait_until(lambda: "is written to Redis again" in board.log.read_text(), 60, "said")
    wait_until(lambda: states("a")[-1:] == ["missing"], 60, "the change is there")
    assert board.log.read_text().count("in memory only") == 1


@pytest.mark.slow(20)
@pytest.mark.own_redis
def test_no_unwatched_time_is_known_when_the_board_is_killed_and_redis_restarts(
    board, redis, client, states, probe
):
    board.put("a")
    board.start()
    wait_until(lambda: states("a") == [None, "healthy"], 60, "the first state is there")
    time.sleep(11)  # the time that it watches is written every 10 s
    board.end()
    time.sleep(4)
    board.put("a", "degraded")
    board.start()
    expected = [None, "healthy", None, "degraded"]
    wait_until(lambda: states("a") == expected, 60, "the time between is unknown")
    redis.stop()
    time.sleep(2)
    redis.start()  # it comes back empty; healthboard writes again what it remembers
    board.put("a", "degraded")
    # It never saw the moment without a key.
    wait_until(lambda: states("a")[1:2] == ["degraded"], 60, "it is written again")
    assert states("a").count(None) >= 2
    periods = reports(probe("a", "--history", "10m", "-o", "json").stdout)["a"]
    assert periods["uptime"]["24h"]["up_ms"] == 0
