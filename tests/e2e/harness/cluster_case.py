"""What a test of a cluster needs: three nodes, and services whose documents lie on each."""

from harness.case import Case
from harness.cluster import Cluster
from harness.probe import LINE

VALUE = '{"status": "healthy"}'


def key_of(service):
    return f"health:{service}"


class ClusterCase(Case):
    topic = "cluster"

    def start_cluster(self):
        self.cluster = Cluster(self.folder)
        self.addCleanup(self.cluster.stop)
        self.cluster.start()
        self.url = self.cluster.url()
        return self.cluster

    def node_of(self, service):
        return self.cluster.node_of(key_of(service))

    def put(self, service, value=VALUE):
        with self.node_of(service).client() as client:
            client.setex(key_of(service), 60, value)

    def service_on(self, node):
        """One whose document lies there."""
        names = (f"worker-{number}" for number in range(1000))
        return next(name for name in names if self.node_of(name) is node)

    def other_node(self, node):
        return next(other for other in self.cluster.nodes if other is not node)

    def ask(self, service, node=None, *arguments, login=""):
        url = self.cluster.url(node, login)
        return self.probe(service, *arguments, redis_url=url)

    def assert_found(self, expected, service, node=None, **options):
        found = self.ask(service, node, **options)
        self.assertEqual(found.found, expected, found)
        self.assertEqual(found.stderr, "")
        return found

    def assert_passes_everywhere(self, service, **options):
        for node in [None, *self.cluster.nodes]:
            self.assert_found((0, "healthy", "healthy"), service, node, **options)

    def lines_of(self, found):
        """{SERVICE: the match of its line}, in their order."""
        lines = [LINE.match(line) for line in found.stdout.splitlines()]
        self.assertNotIn(None, lines, found)
        return {line["service"]: line for line in lines}
