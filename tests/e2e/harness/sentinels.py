"""A master, its replicas and three sentinels that watch over them, all on 127.0.0.1."""

import os
import time

import pytest
import redis

from harness.redis_server import START_LIMIT, RedisServer
from harness.sentinel import Sentinel
from harness.waiting import wait_until

NAME = "trading"
DOWN_AFTER_MS = 2000  # a node that a busy machine holds up is not down
QUORUM = 2
VALUE = '{"status": "healthy"}'


class Sentinels:
    def __init__(self, folder, replicas=1, password=None, own_password=None, tls=None):
        """`password` is the data nodes', `own_password` the sentinels'.

        `tls` are options of a redis-server, for all of them.
        """
        self.password, self.own_password, self.tls = password, own_password, tls
        options = self._node_options()
        self.nodes = []
        for number in range(1 + replicas):
            place = os.path.join(folder, f"node-{number}")
            os.mkdir(place)
            login = {"password": password} if password else None
            node = RedisServer(place, tcp=True, options=options, tls=tls, login=login)
            if number > 0:
                node.options += ["--replicaof", f"127.0.0.1 {self.nodes[0].port}"]
            self.nodes.append(node)
        lines = self._sentinel_lines(self.nodes[0].port)
        self.sentinels = [Sentinel(folder, f"sentinel-{number}", lines) for number in range(3)]

    def _node_options(self):
        options = ["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"]
        if self.tls:
            options += ["--tls-replication", "yes"]
        if self.password:
            options += ["--requirepass", self.password, "--masterauth", self.password]
        return options

    def _sentinel_lines(self, port):
        lines = [
            f"sentinel monitor {NAME} 127.0.0.1 {port} {QUORUM}",
            f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER_MS}",
            f"sentinel failover-timeout {NAME} 4000",
        ]
        if self.password:
            lines += [f"sentinel auth-pass {NAME} {self.password}"]
        if self.own_password:
            lines += [f"requirepass {self.own_password}"]
            lines += [f"sentinel sentinel-pass {self.own_password}"]
        if self.tls:
            lines += [" ".join(pair)[2:] for pair in zip(self.tls[::2], self.tls[1::2])]
            lines += ["tls-replication yes"]
        return lines

    # --- Life -----------------------------------------------------------------

    def start(self):
        for node in self.nodes:
            node.start()
        for sentinel in self.sentinels:
            port = str(sentinel.port)
            sentinel.start(["port 0", f"tls-port {port}"] if self.tls else [f"port {port}"])
        end = time.monotonic() + START_LIMIT
        while not all(self._is_ready(sentinel) for sentinel in self.sentinels):
            if time.monotonic() > end:
                raise RuntimeError("the sentinels do not find each other")
            time.sleep(0.05)
        return self

    def _is_ready(self, sentinel):
        try:
            state = self.ask(sentinel, "SENTINEL", "MASTER", NAME)
            replicas = self.ask(sentinel, "SENTINEL", "REPLICAS", NAME)
        except redis.exceptions.RedisError:
            return False
        known = dict(zip(state[::2], state[1::2]))
        links = [dict(zip(one[::2], one[1::2]))[b"master-link-status"] for one in replicas]
        return (
            known[b"num-other-sentinels"] == b"2"
            and known[b"flags"] == b"master"
            and links == [b"ok"] * (len(self.nodes) - 1)
        )

    def stop(self):
        for part in [*self.sentinels, *self.nodes]:
            if part.process:
                part.stop()

    # --- Looking --------------------------------------------------------------

    def ask(self, sentinel, *words):
        # By its raw words: how a reply is dressed up differs between versions of redis-py.
        client = redis.Redis(
            unix_socket_path=sentinel.socket, password=self.own_password, socket_timeout=20
        )
        with client:
            return client.execute_command(*words)

    def role(self, node):
        """None while it changes: then the node closes its connections."""
        with node.client() as client:
            try:
                return client.info("replication")["role"]
            except redis.ConnectionError:
                return None

    def master(self):
        """The node that all sentinels that are up name as the master; None if they differ."""
        ports = set()
        for sentinel in self.sentinels:
            if sentinel.process.poll() is None:
                found = self.ask(sentinel, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)
                ports.add(int(found[1]))
        found = [node for node in self.nodes if ports == {node.port}]
        return found[0] if found else None

    @property
    def hosts(self):
        return ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)

    def url(self, login="", hosts=None, name=NAME, rest=""):
        scheme = "rediss-sentinel" if self.tls else "redis-sentinel"
        return f"{scheme}://{login}{hosts or self.hosts}/{name}{rest}"

    # --- Changing -------------------------------------------------------------

    def put(self, value=VALUE, **login):
        with self.master().client(**login) as client:
            client.setex("health:ingestion", 60, value)

    def wait_for_new_master(self, old, within=60):
        """Until all sentinels agree on another one, which is returned."""
        wait_until(lambda: self.master() not in (None, old), within, "a new master")
        return self.master()


class AskSentinels:
    """The probe, which is told of the sentinels."""

    def __init__(self, probe):
        self.probe = probe

    def __call__(self, url, *arguments, **variables):
        return self.probe("ingestion", *arguments, redis_url=url, **variables)

    def assert_healthy(self, url, *arguments, **variables):
        found = self(url, *arguments, **variables)
        assert found.found == (0, "healthy", "healthy"), found
        assert found.stderr == ""

    def assert_trouble(self, reason, url, *words, **variables):
        found = self(url, **variables)
        assert found.found == (1, "unknown", reason), found
        for word in words:
            assert word in found.text
        return found


@pytest.fixture
def start_sentinels(tmp_path, cleanup):
    """Starts a master, its replicas and three sentinels."""

    def start(**options):
        group = Sentinels(tmp_path, **options)
        cleanup.callback(group.stop)
        return group.start()

    return start


@pytest.fixture
def ask_sentinels(probe):
    return AskSentinels(probe)
