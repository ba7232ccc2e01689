"""Three masters that share the slots of a Redis Cluster, all on 127.0.0.1."""

import os
import time

import pytest

from harness.ports import free_port
from harness.probe import LINE
from harness.raw_commands import converse
from harness.redis_server import START_LIMIT, RedisServer

SLOTS = 16384
NODE_TIMEOUT_MS = 2500  # a node that a busy machine holds up is not down
VALUE = '{"status": "healthy"}'


def key_of(service):
    return f"health:{service}"


class Cluster:
    def __init__(self, folder, size=3):
        self.folder = folder
        self.nodes = []
        for _ in range(size):
            self._add_node()

    def _add_node(self):
        place = os.path.join(self.folder, f"node-{len(self.nodes)}")
        os.mkdir(place)
        node = RedisServer(place, tcp=True, options=["--cluster-enabled", "yes"])
        node.bus_port = free_port()
        node.options += ["--cluster-port", str(node.bus_port)]
        node.options += ["--cluster-node-timeout", str(NODE_TIMEOUT_MS)]
        node.options += ["--cluster-require-full-coverage", "no"]
        node.options += ["--repl-diskless-sync-delay", "0"]
        self.nodes.append(node)
        return node

    # --- Life -----------------------------------------------------------------

    def start(self):
        for node in self.nodes:
            node.start()
        for number, node in enumerate(self.nodes):
            first, end = (SLOTS * n // len(self.nodes) for n in (number, number + 1))
            _do(node, "ADDSLOTSRANGE", first, end - 1)
            _do(node, "SET-CONFIG-EPOCH", number + 1)
        for node in self.nodes[1:]:
            _do(self.nodes[0], "MEET", "127.0.0.1", node.port, node.bus_port)
        self._wait(lambda: all(self._is_whole(node) for node in self.nodes), "the cluster forms")
        return self

    def _is_whole(self, node):
        size = str(len(self.nodes))
        known = self.info(node)
        return self.is_up(node) and known["cluster_known_nodes"] == size

    def add_replica(self, master):
        node = self._add_node().start()
        _do(node, "MEET", "127.0.0.1", master.port, master.bus_port)
        self._wait(lambda: all(self._is_whole(one) for one in self.nodes), "the replica is known")
        _do(node, "REPLICATE", _id(master))
        with node.client() as client:
            self._wait(
                lambda: client.info("replication").get("master_link_status") == "up",
                "the replica has its link",
            )
        # Those who do not know it would not vote for it.
        self._wait(
            lambda: all(b"slave" in _do(one, "NODES") for one in self.nodes),
            "all know of the replica",
        )
        return node

    def info(self, node):
        lines = _do(node, "INFO").decode().split()
        return dict(line.split(":", 1) for line in lines)

    def is_up(self, node):
        """In its own opinion, with every slot served."""
        known = self.info(node)
        return known["cluster_state"] == "ok" and known["cluster_slots_ok"] == str(SLOTS)

    def stop(self):
        for node in self.nodes:
            if node.process:
                node.stop()

    def _wait(self, condition, what):
        end = time.monotonic() + START_LIMIT
        while not condition():
            if time.monotonic() > end:
                raise RuntimeError(f"not within {START_LIMIT:g} s: {what}")
            time.sleep(0.05)

    # --- Slots ----------------------------------------------------------------

    def slot_of(self, key):
        alive = next(node for node in self.nodes if node.process.poll() is None)
        return int(_do(alive, "KEYSLOT", key))

    def node_of(self, key):
        """The node that keeps the slot of the key, in the opinion of that node itself."""
        slot = self.slot_of(key)
        alive = [node for node in self.nodes if node.process.poll() is None]
        return next((node for node in alive if _keeps(node, slot)), None)

    def read(self, node, key):
        """What the node itself has, also of a slot that is on its way to it."""
        return converse(node, ("ASKING",), ("GET", key))

    def put(self, service, value=VALUE):
        with self.node_of(key_of(service)).client() as client:
            client.setex(key_of(service), 60, value)

    def service_on(self, node):
        """One whose document lies there."""
        names = (f"worker-{number}" for number in range(1000))
        return next(name for name in names if self.node_of(key_of(name)) is node)

    def other_than(self, node):
        return next(other for other in self.nodes if other is not node)

    def begin_migration(self, key, target):
        """Its slot is on its way now: what is missing at the source is asked for there."""
        source, slot = self.node_of(key), self.slot_of(key)
        _do(target, "SETSLOT", slot, "IMPORTING", _id(source))
        _do(source, "SETSLOT", slot, "MIGRATING", _id(target))
        return source

    def move_key(self, key, source, target):
        """NOKEY when there was nothing to move."""
        return converse(source, ("MIGRATE", "127.0.0.1", target.port, key, 0, 20_000, "REPLACE"))

    def end_migration(self, key, target):
        slot = self.slot_of(key)
        # Of two nodes that claim a slot the one of the greater epoch gets it: a late word of the
        # old one would else take the slot back.
        _do(target, "BUMPEPOCH")
        others = [node for node in self.nodes if node is not target]
        for node in [target, *others]:
            _do(node, "SETSLOT", slot, "NODE", _id(target))

    def url(self, node=None, login="", rest=""):
        """Of one node, or of all."""
        nodes = [node] if node else self.nodes
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in nodes)
        return f"redis://{login}{hosts}{rest}"


def _do(node, *words):
    return converse(node, ("CLUSTER", *words))


def _id(node):
    return _do(node, "MYID").decode()


def _keeps(node, slot):
    mine = next(line for line in _do(node, "NODES").decode().splitlines() if "myself" in line)
    for part in mine.split()[8:]:
        if part.startswith("["):
            continue  # a slot on its way
        first, _, last = part.partition("-")
        if int(first) <= slot <= int(last or first):
            return True
    return False


# --- What tests are given -----------------------------------------------------


def lines_of(found):
    """{SERVICE: the match of its line}, in their order."""
    lines = [LINE.match(line) for line in found.stdout.splitlines()]
    assert None not in lines, found
    return {line["service"]: line for line in lines}


class AskCluster:
    """The probe, which is told of one node of the cluster, or of all."""

    def __init__(self, cluster, probe):
        self.cluster, self.probe = cluster, probe

    def __call__(self, service, node=None, *arguments, login=""):
        return self.probe(service, *arguments, redis_url=self.cluster.url(node, login))

    def assert_found(self, expected, service, node=None, **options):
        found = self(service, node, **options)
        assert found.found == expected, found
        assert found.stderr == ""
        return found

    def assert_healthy_everywhere(self, service, **options):
        for node in [None, *self.cluster.nodes]:
            self.assert_found((0, "healthy", "healthy"), service, node, **options)


@pytest.fixture
def cluster(tmp_path):
    one = Cluster(tmp_path)
    yield one.start()
    one.stop()


@pytest.fixture
def ask_cluster(cluster, probe):
    return AskCluster(cluster, probe)
