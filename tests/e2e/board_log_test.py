"""What healthboard logs on its own, when nobody asks it anything."""

import contextlib
import json
import os

import pytest

from harness.board import ROSTER
from harness.waiting import wait_until

SECRET = "k8-Quite-Secret"


@pytest.fixture
def lines(board):
    """Waits until the log has a line with all these texts, and returns what is in it."""

    def wait(*texts, within=60):
        def found():
            return [line for line in board.log.read_text().splitlines()
                    if all(text in line for text in texts)]  # fmt: skip

        wait_until(found, within, f"{texts} is logged")
        return found()

    return wait


@pytest.mark.own_redis
def test_each_change_is_logged_once_without_any_client(board, client, redis, lines):
    board.put("a")
    board.put("b", "degraded")
    board.start()
    assert len(lines("healthboard listens on", f"127.0.0.1:{board.port}", "database 0")) == 1
    lines("found 1 degraded, 1 healthy")
    lines("b degraded [degraded]")
    board.put("a", "unhealthy")
    lines("a unhealthy [unhealthy]", "(was healthy for >")
    board.put("a")
    lines("a healthy [healthy]", "(was unhealthy for")
    client.zrem(ROSTER, "b")
    client.delete("health:b")
    lines("b is gone (was degraded for >")
    redis.stop()
    lines("Redis is lost [unreachable]")
    redis.start()
    lines("Redis answers again after")
    for once in ("is lost", "answers again", "a unhealthy [unhealthy]", "b is gone"):
        assert len(lines(once)) == 1, board.log.read_text()


@pytest.mark.own_redis(tcp=True)
def test_the_log_is_json_on_request_and_shows_no_password(board, redis, lines):
    redis.set_user("probe", SECRET, "~health:* +getrange +pttl +zrange +xadd +xrange")
    board.put("a", "unhealthy")
    board.start("-o", "json", "-u", redis.url_as("probe", SECRET))
    lines('"event":"verdict"', '"service":"a"')
    log = board.log.read_text()
    assert SECRET not in log
    events = [json.loads(line) for line in log.splitlines()]
    assert [event["event"] for event in events] == ["started", "services", "verdict"]
    assert events[0]["reads"].endswith("as user probe")


@pytest.mark.own_redis
def test_a_reader_of_the_log_that_hangs_does_not_stop_the_answers(board, client):
    board.put("a")
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)
    try:
        board.start(stdout=writing)
        board.put("a", "unhealthy")
        wait_until(lambda: '"unhealthy"' in board.get("/health/a")[2], 60, "the change is seen")
        board.put("a")
        wait_until(lambda: board.get("/health/a")[0] == 200, 60, "and the next one")
    finally:
        os.close(reading)
        os.close(writing)
