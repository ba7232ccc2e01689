"""healthboard in its image, as the profile of compose.yaml starts it."""

import json

import pytest

from harness.stack import SERVICES

# Asked from another container of the stack's network, by the name that Compose gives it.
ASK = """
import sys, urllib.error, urllib.request
try:
    answer = urllib.request.urlopen("http://healthboard:8686" + {path!r}, timeout=10)
except urllib.error.HTTPError as error:
    answer = error
print(answer.status)
print(answer.read().decode())
"""


@pytest.fixture(scope="module")
def running_board(running_stack):
    try:
        running_stack.start_healthboard()
        yield
    finally:
        running_stack.remove("healthboard")


@pytest.fixture
def board(running_board, stack):
    return stack


def ask(board, path):
    """Status and body; nothing where nobody answers yet."""
    found = board.python("redis", ASK.format(path=path))
    status, _, body = found.stdout.partition("\n")
    return (int(status), body) if status else (None, found.stderr)


def test_it_answers_for_the_stack(board, watch):
    watch.wait_until(lambda: ask(board, "/health")[0] == 200, "everything is healthy by HTTP")
    for service in SERVICES:
        assert f'"{service}"' in ask(board, f"/health/{service}")[1]
    assert 'healthprobe_healthy{health_service="ingestion"} 1' in ask(board, "/metrics")[1]
    board.tell("ingestion", "break", "websocket_connected")
    watch.wait_until(lambda: ask(board, "/health/ingestion")[0] == 503, "unhealthy by HTTP, too")
    board.tell("ingestion", "heal", "websocket_connected")
    watch.wait_until(lambda: ask(board, "/health/ingestion")[0] == 200, "healthy by HTTP again")


def test_it_has_a_health_check_of_its_own(board, watch):
    watch.wait_for("healthy", ("healthboard",))


def test_it_is_confined(board):
    found = board.inspect("healthboard")
    assert found["HostConfig"]["ReadonlyRootfs"]
    assert found["HostConfig"]["CapDrop"] == ["ALL"]
    assert [mount["Destination"] for mount in found["Mounts"]] == ["/run/secrets/probe_password"]
    assert "probe_password" in json.dumps(found["Config"]["Env"])
