"""The name of Redis moves to another address: the library asks anew, and follows."""

import pytest

from harness.process import finish
from harness.redis_server import RedisServer
from harness.waiting import wait_until

NAME = "redis.trading.test"
ADDRESSES = ("127.0.0.1", "127.0.0.2")


@pytest.fixture
def redis(network, start_redis):
    """At the first address."""
    return start_redis(tcp=True, wrapper=network.inside)


@pytest.fixture
def other(redis, network, tmp_path, cleanup):
    """Another one, at the second address, that is not started yet."""
    place = tmp_path / "other"
    place.mkdir()
    server = RedisServer(place, wrapper=network.inside, options=["--bind", ADDRESSES[1]])
    server.port = redis.port
    cleanup.callback(lambda: server.process and server.stop())
    return server


class Files:
    """What the service sees in place of the system's own."""

    def __init__(self, folder):
        self.folder, self.places = folder, {}
        self.write("nsswitch.conf", "hosts: files dns\n")
        self.write("hosts", "127.0.0.1 localhost\n")
        self.write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")

    def write(self, name, text):
        """In place, for the service sees this very file."""
        path = self.folder / name
        path.write_text(text)
        self.places[f"/etc/{name}"] = str(path)


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


@pytest.fixture
def start_named(redis, beats, network, files):
    def start():
        url = f"redis://{NAME}:{redis.port}"
        return beats.start(url, wrapper=network.inside_with(files.places))

    return start


@pytest.fixture
def assert_followed(redis, beats, other):
    """`move` moves the name of Redis to the other one."""

    def check(service, move):
        before = beats.sequence()
        other.start()
        move()
        redis.stop()
        beats.node = other
        beats.wait_for_next(before)
        beats.assert_undisturbed(service)

    return check


@pytest.mark.slow(5)
def test_a_name_that_moves_through_dns_is_followed(network, cleanup, start_named, assert_followed):
    server = network.serve_names(cleanup, NAME, ADDRESSES[0])
    service = start_named()

    def move():
        finish(server)
        network.serve_names(cleanup, NAME, ADDRESSES[1])

    assert_followed(service, move)


def test_a_name_that_moves_in_etc_hosts_is_followed(files, start_named, assert_followed):
    files.write("hosts", f"{ADDRESSES[0]} {NAME}\n")
    service = start_named()
    assert_followed(service, lambda: files.write("hosts", f"{ADDRESSES[1]} {NAME}\n"))


@pytest.mark.slow(12)
def test_a_name_that_moves_is_followed_though_dns_does_not_answer_in_between(
    redis, network, cleanup, beats, other, start_named
):
    server = network.serve_names(cleanup, NAME, ADDRESSES[0])
    service = start_named()
    before = beats.sequence()
    redis.stop()
    finish(server)
    wait_until(lambda: "heartbeat:" in service.output, 60, "it complains")
    other.start()
    beats.node = other
    network.serve_names(cleanup, NAME, ADDRESSES[1])
    beats.wait_for_next(before)
    beats.assert_undisturbed(service)
