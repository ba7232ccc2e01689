"""The library in a cluster: it follows its slot, and the host process does not notice."""

import json

from harness import test
from harness.beats import KILL_ALL, QUICK, BeatCase
from harness.cluster_case import ClusterCase, key_of

KEY = key_of("ingestion")


class Follows(ClusterCase, BeatCase):
    def setUp(self):
        super().setUp()
        self.start_cluster()
        self.node = self.cluster.node_of(KEY)
        self.other = self.other_node(self.node)

    def document(self, service):
        """In `self.node`, also while the slot is on its way there."""
        return json.loads(self.cluster.read(self.node, key_of(service)) or "{}")

    @test("a service beats through any node of the cluster", seconds=6)
    def test_any_node(self):
        for number, node in enumerate(self.cluster.nodes):
            service = self.start_beating(self.cluster.url(node), tag=str(number))
            self.wait_for_beat(self.sequence())
            service.kill()
            self.node.client().flushall()

    @test("two of one name notice each other, whichever nodes they were told of", seconds=6)
    def test_rivals(self):
        # Of one interval, one of them could show for a few milliseconds only.
        services = [
            self.start_service(
                "ingestion",
                self.cluster.url(node),
                tag=every,
                **{**QUICK, "HEARTBEAT_INTERVAL": every},
            )
            for node, every in zip(self.cluster.nodes, ("1s", "1300ms"))
        ]
        named = set()

        def both_are_named():
            reason = self.document("ingestion").get("reason", "")
            named.update(s for s in services if reason.endswith(f", pid {s.process.pid}"))
            return len(named) == 2

        self.wait_until(both_are_named, 15, "each is named by the other")

    @test("a slot that moves while it beats: it follows, there and back", seconds=9)
    def test_migration(self):
        service = self.start_beating()
        for source, target in ((self.node, self.other), (self.other, self.node)):
            before = self.sequence()
            self.cluster.begin_migration(KEY, target)
            self.assertEqual(self.cluster.move_key(KEY, source, target), b"OK")
            self.node = target
            self.wait_for_beat(before, what="it beats to where its slot goes")
            self.cluster.end_migration(KEY, target)
            self.wait_for_beat(self.sequence(), what="it beats to where its slot went")
            self.assert_passes_everywhere("ingestion")
        self.assert_undisturbed(service)

    @test("a slot that jumps while it beats: it follows", seconds=5)
    def test_jump(self):
        service = self.start_beating()
        before = self.sequence()
        self.node.client().flushall()
        self.cluster.end_migration(KEY, self.other)
        self.node = self.other
        self.wait_for_beat(before)
        self.assert_undisturbed(service)

    @test("its node goes down and comes back: it beats again", seconds=14)
    def test_restart(self):
        service = self.start_beating()
        before = self.sequence()
        self.node.stop()
        self.wait_until(lambda: "heartbeat:" in service.output, 15, "it complains")
        self.node.start()
        self.wait_until(lambda: self.cluster.is_up(self.node), 30, "the node serves again")
        self.wait_for_beat(before)
        self.assert_undisturbed(service)

    @test("its master dies and a replica takes over: it beats there", seconds=12)
    def test_failover(self):
        replica = self.cluster.add_replica(self.node)
        service = self.start_beating()
        self.node.stop()
        self.wait_until(lambda: self.cluster.node_of(KEY) is replica, 30, "a new master")
        self.node = replica
        self.wait_until(lambda: self.cluster.is_up(replica), 30, "the new master serves")
        self.wait_for_beat(self.sequence())
        self.assert_undisturbed(service)
        found = self.ask("ingestion", self.other)
        self.assertEqual(found.found, (0, "healthy", "healthy"), found)

    @test("the first node of its URL is down when it has to connect anew", seconds=6)
    def test_first_down(self):
        first = self.other
        hosts = [first, *(node for node in self.cluster.nodes if node is not first)]
        url = "redis://" + ",".join(f"127.0.0.1:{node.port}" for node in hosts)
        service = self.start_beating(url)
        first.stop()
        before = self.sequence()
        self.node.client().execute_command(*KILL_ALL)
        self.wait_for_beat(before + 1)
        self.assert_undisturbed(service)
