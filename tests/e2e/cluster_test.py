"""The probe asks any node of a cluster and finds what lies on the others."""

from harness import test
from harness.cluster_case import VALUE, ClusterCase, key_of

MISSING = (1, "unhealthy", "missing")


class SpreadCase(ClusterCase):
    """A service whose document lies on the first node, one on the second, one on the third."""

    def setUp(self):
        super().setUp()
        self.start_cluster()
        self.names = [self.service_on(node) for node in self.cluster.nodes]

    def put_all(self):
        for name in self.names:
            self.put(name)


class Asked(SpreadCase):
    @test("a document is found through any node, and so is its absence", seconds=5)
    def test_moved(self):
        self.put_all()
        for name in self.names:
            self.assert_passes_everywhere(name)
        missing = next(name for name in map(str, range(99)) if self.node_of(name))
        for node in self.cluster.nodes:
            self.assert_found(MISSING, missing, node)

    @test("a document is found while its slot moves, and after it has", seconds=5)
    def test_migration(self):
        name, idle = self.names[0], self.names[1]
        key, source, target = key_of(name), *self.cluster.nodes[:2]
        self.put(name)
        self.put(idle)
        self.cluster.begin_migration(key, target)
        self.assert_passes_everywhere(name)
        self.cluster.move_key(key, source, target)
        self.assertEqual(self.cluster.read(target, key), VALUE.encode())
        self.assert_passes_everywhere(name)
        # One that is asked for in passing, and one that is not.
        for node in self.cluster.nodes:
            both = self.probe(name, idle, redis_url=self.cluster.url(node))
            self.assertEqual(both.exit, 0, both)
        self.cluster.end_migration(key, target)
        self.assertIs(self.cluster.node_of(key), target)
        self.assert_passes_everywhere(name)

    @test("a document that is missing while its slot moves is missing", seconds=5)
    def test_missing_in_migration(self):
        name = self.names[0]
        self.cluster.begin_migration(key_of(name), self.cluster.nodes[1])
        for node in self.cluster.nodes:
            self.assert_found(MISSING, name, node)

    @test("services of all nodes are asked for in one call, each has its line", seconds=5)
    def test_several(self):
        self.put(self.names[0])
        self.put(self.names[1], '{"status": "unhealthy"}')
        expected = ["healthy", "unhealthy", "missing"]
        for node in self.cluster.nodes:
            found = self.probe(*self.names, redis_url=self.cluster.url(node))
            lines = self.lines_of(found)
            self.assertEqual(list(lines), self.names)
            self.assertEqual([line["reason"] for line in lines.values()], expected, found)
            self.assertEqual(found.exit, 1)


class Broken(SpreadCase):
    topic = "broken cluster"

    def check_last_node(self):
        """What lies on the last node is unreachable, and all else is found."""
        *rest, lost = self.names
        for node in [*self.cluster.nodes[:2], None]:
            url = self.cluster.url(node)
            found = self.probe(*self.names, redis_url=url)
            lines = self.lines_of(found)
            reasons = [line["reason"] for line in lines.values()]
            self.assertEqual(reasons, ["healthy", "healthy", "unreachable"], found)
            self.assertEqual(lines[lost]["verdict"], "unknown")
            self.assertIn(str(self.cluster.nodes[2].port), lines[lost]["text"])
            self.assertEqual(found.exit, 1)
            alive = self.probe(*rest, redis_url=url)
            self.assertEqual(alive.exit, 0, alive)
        passing = self.probe(*self.names, "--on-redis-error", "pass")
        self.assertEqual(passing.exit, 0, passing)

    @test("a node that is down: its services are [unreachable], the others are found", seconds=7)
    def test_node_down(self):
        self.put_all()
        first, *_, last = self.cluster.nodes
        last.stop()
        self.check_last_node()
        self.wait_until(
            lambda: self.cluster.info(first)["cluster_slots_fail"] != "0", 15, "the others see it"
        )
        self.check_last_node()

    @test("a node that hangs: its services are [timeout], the others are found alone", seconds=8)
    def test_node_hangs(self):
        self.put_all()
        *living, last = self.cluster.nodes
        last.freeze()
        for node in [*living, None]:
            *rest, lost = self.names
            url = self.cluster.url(node)
            alone = self.probe(*rest, redis_url=url)
            self.assertEqual(alone.exit, 0, alone)
            found = self.probe(*self.names, "--timeout", "1s", redis_url=url)
            self.assertEqual(self.lines_of(found)[lost]["reason"], "timeout", found)
            self.assertEqual(found.exit, 1)
            self.assertLess(found.seconds, 1 + 5)  # one limit on all of them

    @test("the first node of the URL is down: the next is asked", seconds=5)
    def test_first_down(self):
        self.put_all()
        self.cluster.nodes[0].stop()
        self.assert_found((0, "healthy", "healthy"), self.names[1])
        self.assert_found((0, "healthy", "healthy"), self.names[2])

    @test("a cluster without a majority is [redis-error], by the word of Redis", seconds=8)
    def test_minority(self):
        self.put_all()
        first, *rest = self.cluster.nodes
        for node in rest:
            node.stop()
        self.wait_until(
            lambda: self.cluster.info(first)["cluster_state"] == "fail", 15, "it is down"
        )
        found = self.assert_found((1, "unknown", "redis-error"), self.names[0], first)
        self.assertIn("CLUSTERDOWN", found.text)
