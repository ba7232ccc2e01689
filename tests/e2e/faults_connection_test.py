"""There is no connection: nobody listens, nobody answers, nobody may."""

import os
import signal
import socket
import subprocess

import pytest

from harness.black_hole import BlackHole
from harness.fake_redis import FakeRedis
from harness.fault import Fault, Scene, parameters
from harness.network import Network
from harness.skips import needs

NOBODY = "65534"


def refused(stage):
    """A port that is taken, so that no other test gets it, and on which nobody listens."""
    holder = socket.socket()
    stage.cleanup.callback(holder.close)
    holder.bind(("127.0.0.1", 0))
    return f"redis://127.0.0.1:{holder.getsockname()[1]}"


def full_backlog(stage):
    hole = BlackHole()
    stage.cleanup.callback(hole.close)
    return f"redis://{hole.host}"


def route_to_nowhere(stage):
    """A device that swallows all that is sent through it."""
    network = Network.made(stage.cleanup)
    for words in ("tuntap add hole mode tun", "address add 192.0.2.1/24 dev hole"):
        made = subprocess.run([*network.inside, "ip", *words.split()], capture_output=True)
        needs(made.returncode == 0, "a tun device")
    subprocess.run([*network.inside, "ip", "link", "set", "hole", "up"], check=True)
    return Scene("redis://192.0.2.2:6379", command=tuple(network.inside))


def no_route(stage):
    return Scene("redis://192.0.2.2:6379", command=tuple(Network.made(stage.cleanup).inside))


def stopped(stage):
    server, _ = stage.redis()
    server.process.send_signal(signal.SIGSTOP)
    return server.url


def missing_socket(stage):
    return f"unix://{stage.path('missing')}"


def plain_file(stage):
    return f"unix://{stage.file('plain', '')}"


def folder(stage):
    return f"unix://{stage.folder}"


def left_behind(stage):
    fake = FakeRedis({}, path=stage.path("socket"))
    fake.stop()
    return fake.url


def closed_to_us(stage):
    fake = stage.fake({}, path=stage.path("socket"))
    os.chmod(stage.path("socket"), 0)
    if os.geteuid() != 0:
        return fake.url
    for path in (os.path.dirname(stage.folder), stage.folder):
        os.chmod(path, 0o755)
    return Scene(fake.url, command=("setpriv", "--reuid", NOBODY, "--clear-groups", "--"))


def too_long(stage):
    return f"unix:///tmp/{'long' * 30}"


FAULTS = [
    Fault("refused", refused, "unreachable", "(?i)refused"),
    Fault("no route", no_route, "unreachable"),
    Fault("a full backlog", full_backlog, "timeout", "(?i)connect", hangs=True),
    Fault("a route to nowhere", route_to_nowhere, "timeout", "(?i)connect", hangs=True),
    Fault("SIGSTOP, real", stopped, "timeout", "(?i)auth", hangs=True),
    Fault("a unix socket is missing", missing_socket, "unreachable", "missing"),
    Fault("a unix socket is a plain file", plain_file, "unreachable", "plain"),
    Fault("a unix socket is a folder", folder, "unreachable"),
    Fault("a unix socket was left behind", left_behind, "unreachable", "(?i)refused"),
    Fault("a unix socket is closed to us", closed_to_us, "unreachable", "(?i)permission"),
    Fault("the path of a unix socket is too long", too_long, "unreachable"),
]


@pytest.mark.parametrize("fault", parameters(FAULTS))
def test_a_server_that_cannot_be_reached_has_its_reason(fault_check, fault):
    fault_check.assert_found(fault)
