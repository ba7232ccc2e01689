"""The smallest access lists that do, wherever Redis is: what is not in them is never asked for."""

from harness import test
from harness.beats import KILL_ALL, RECOVERY, BeatCase
from harness.cluster_case import ClusterCase, key_of
from harness.trio import TrioCase

SECRET = "k8-Quite-Secret"
READING = "resetkeys %R~health:* -@all +getrange +pttl"
WATCHING = READING + " +zrange"
WRITING = "resetkeys %RW~health:* -@all +setex +getrange +zadd"
BLIND = "resetkeys %W~health:* -@all +setex"
ASKING_MASTER = "resetkeys resetchannels -@all +sentinel|get-master-addr-by-name"
VALUE = '{"status": "healthy"}'
PROBE, WRITER = f"probe:{SECRET}@", f"writer:{SECRET}@"


def set_users(nodes, reading=READING, writing=WRITING):
    for node in nodes:
        node.set_user("probe", SECRET, reading)
        node.set_user("writer", SECRET, writing)


def pairs_of(entry):
    """One of ACL LOG, which is a list of names and values."""
    return dict(zip(entry[::2], entry[1::2]))


class Access(BeatCase):
    topic = "least access"

    def assert_nothing_refused(self, *nodes):
        for node in nodes:
            with node.client() as client:
                self.assertEqual(client.execute_command("ACL", "LOG"), [])

    def start_limited(self, **rules):
        self.start_redis(tcp=True)
        set_users([self.redis], **rules)

    def url_as(self, user, rest=""):
        return self.redis.url_as(user, SECRET) + rest

    def ask(self, *services, rest=""):
        return self.probe(*services, redis_url=self.url_as("probe", rest))

    @test("a probe with two commands reads one document, or several")
    def test_reader(self):
        self.start_limited()
        names = ["ingestion", "worker-1", "worker-2"]
        for name in names:
            self.client.setex(key_of(name), 60, VALUE)
        one = self.ask("ingestion")
        self.assertEqual(one.found, (0, "healthy", "healthy"), one)
        several = self.ask(*names)
        self.assertEqual(several.exit, 0, several)
        self.assertEqual(several.stdout.count("[healthy]"), 3, several)
        self.assert_nothing_refused(self.redis)
        # Whether there are replicas, or when it was last seen, is then not found out.
        self.assertEqual(self.ask("nobody").reason, "missing")

    @test("one command more finds the whole fleet, and who is missing")
    def test_watcher(self):
        self.start_limited(reading=WATCHING)
        self.client.zadd("health::services", {"ingestion": 1, "worker:1": 2})
        self.client.setex(key_of("ingestion"), 60, VALUE)
        self.assertEqual(self.ask("--all").exit, 1)
        self.assertEqual(self.ask("worker").reason, "missing")
        self.assert_nothing_refused(self.redis)

    @test("a service with three commands beats, also after its connection is killed", seconds=4)
    def test_writer(self):
        self.start_limited()
        service = self.start_beating(self.url_as("writer"))
        before = self.sequence()
        self.client.execute_command(*KILL_ALL)
        self.wait_for_beat(before)
        found = self.ask("ingestion")
        self.assertEqual(found.found, (0, "healthy", "healthy"), found)
        service.process.terminate()
        service.wait(10)
        self.assertEqual(self.ask("ingestion").reason, "unhealthy")  # the farewell got through
        self.assert_nothing_refused(self.redis)

    @test("a service with one command beats as well, and is refused once a connection", seconds=6)
    def test_blind_writer(self):
        self.start_limited(writing=BLIND)
        service = self.start_beating(self.url_as("writer"))
        for _ in range(2):
            self.wait_for_beat(self.sequence() + 1)
            self.client.execute_command(*KILL_ALL)
        self.wait_for_beat(self.sequence() + 1)
        self.assert_undisturbed(service)
        self.assertNotIn("NOPERM", service.output)
        log = self.client.execute_command("ACL", "LOG")
        self.assertEqual({entry[b"object"] for entry in map(pairs_of, log)}, {b"getrange", b"zadd"})
        refused = self.client.info("commandstats")["cmdstat_getrange"]["rejected_calls"]
        self.assertLessEqual(refused, 4)  # a third connection of a starved machine included

    @test("SELECT is needed with a database number, and only then", seconds=4)
    def test_database(self):
        self.start_limited(reading=WATCHING + " +select", writing=WRITING + " +select")
        self.client = self.redis.client(db=3)
        self.start_beating(self.url_as("writer", "/3"))
        self.assertEqual(self.ask("ingestion", rest="/3").reason, "healthy")
        self.assertEqual(self.ask("ingestion", rest="/0").reason, "missing")
        self.assert_nothing_refused(self.redis)
        set_users([self.redis])
        self.assertEqual(self.ask("ingestion", rest="/0").reason, "missing")
        found = self.ask("ingestion", rest="/3")
        self.assertEqual(found.found, (1, "unknown", "denied"), found)
        self.assertIn("select", found.text.lower())


class Behind(TrioCase, BeatCase):
    topic = "least access"

    @test("the same two users behind sentinels, and one command for those", seconds=6)
    def test_sentinels(self):
        self.start_trio()
        set_users(self.trio.nodes)
        for sentinel in self.trio.sentinels:
            words = ["on", f">{SECRET}", *ASKING_MASTER.split()]
            self.trio.ask(sentinel, "ACL", "SETUSER", "finder", *words)
            self.trio.ask(sentinel, "ACL", "LOG", "RESET")
        finder = f"?sentinel_username=finder&sentinel_password={SECRET}"
        service = self.start_beating(self.trio.url(WRITER, rest=finder))
        self.assert_passes(self.trio.url(PROBE, rest=finder))
        self.assert_undisturbed(service)
        for sentinel in self.trio.sentinels:
            self.assertEqual(self.trio.ask(sentinel, "ACL", "LOG"), [])


class Spread(ClusterCase, BeatCase):
    topic = "least access"

    def setUp(self):
        super().setUp()
        self.start_cluster()
        set_users(self.cluster.nodes)
        self.node = self.node_of("ingestion")
        self.client = self.node.client()

    @test("the same two users in a cluster, asked through any node", seconds=7)
    def test_cluster(self):
        for number, node in enumerate(self.cluster.nodes):
            service = self.start_beating(self.cluster.url(node, WRITER), tag=str(number))
            self.assert_undisturbed(service)
            self.assert_passes_everywhere("ingestion", login=PROBE)
            service.kill()
            self.client.flushall()
        for node in self.cluster.nodes:
            with node.client() as client:
                self.assertEqual(client.execute_command("ACL", "LOG"), [])

    @test("ASKING is needed while a slot of a cluster moves, and only then", seconds=6)
    def test_migration(self):
        key, target = key_of("ingestion"), self.other_node(self.node)
        service = self.start_beating(self.cluster.url(login=WRITER))
        before = self.sequence()
        self.cluster.begin_migration(key, target)
        self.cluster.move_key(key, self.node, target)
        found = self.ask("ingestion", self.node, login=PROBE)
        self.assertEqual(found.found, (1, "unknown", "denied"), found)
        self.assertIn("asking", found.text.lower())
        set_users([target], READING + " +asking", WRITING + " +asking")
        self.wait_until(
            lambda: f'"sequence":{before}' not in (self.cluster.read(target, key) or b"").decode(),
            RECOVERY,
            "it beats to where its slot goes",
        )
        self.assert_found((0, "healthy", "healthy"), "ingestion", self.node, login=PROBE)
        self.cluster.end_migration(key, target)
        self.client = target.client()
        self.wait_for_beat(self.sequence())
        self.assert_undisturbed(service)
