"""The probe asks the sentinels who the master is, whichever of them answer."""

from harness import test
from harness.black_hole import BlackHole
from harness.case import NO_TLS, has_tls, skip_unless
from harness.certificates import Authority, server_options
from harness.redis_server import free_port
from harness.trio import NAME, TrioCase

DATA = "d4-Data-Secret"
OWN = "s5-Sentinel-Secret"
SCHEMES = ("redis-sentinel", "valkey-sentinel", "sentinel", "redis+sentinel")


class Asked(TrioCase):
    @test("the master is found, by every scheme and through any one sentinel", seconds=5)
    def test_master(self):
        self.start_trio()
        self.put()
        for scheme in SCHEMES:
            self.assert_passes(self.url.replace("redis-sentinel", scheme))
        for host in self.trio.hosts.split(","):
            self.assert_passes(self.trio.url(hosts=host))

    @test("sentinels that are dead, silent or black-holed are passed over", seconds=9)
    def test_first_are_gone(self):
        self.start_trio()
        self.put()
        hole = BlackHole()
        self.addCleanup(hole.close)
        last = self.trio.hosts.split(",")[2]
        nobody = f"127.0.0.1:{free_port()}"
        for gone in (nobody, hole.host, f"{nobody},{hole.host}"):
            with self.subTest(gone=gone):
                self.assert_passes(self.trio.url(hosts=f"{gone},{last}"), "--timeout", "4s")
        first, second, _ = self.trio.sentinels
        first.stop()
        second.freeze()
        self.assert_passes(self.url, "--timeout", "4s")

    @test("all sentinels dead is [unreachable], although the master lives", seconds=5)
    def test_all_are_gone(self):
        self.start_trio()
        self.put()
        for sentinel in self.trio.sentinels:
            sentinel.stop()
        found = self.assert_trouble("unreachable", None, "sentinel")
        self.assertEqual(self.ask(None, "--on-redis-error", "pass").exit, 0, found)

    @test("a master that the sentinels do not know is [redis-error], by its name", seconds=5)
    def test_unknown_master(self):
        self.start_trio()
        self.assert_trouble("redis-error", self.trio.url(name="nosuchmaster"), "nosuchmaster")

    @test("a new master is found after the old one died, with its two replicas", seconds=10)
    def test_failover(self):
        self.start_trio(replicas=2)
        self.put()
        self.client.wait(2, 5000)
        old = self.trio.master()
        old.stop()
        found = self.ask()  # whoever is asked now: it is said, not crashed
        self.assertIn(found.exit, (0, 1), found)
        self.new_master(old)
        self.assert_passes()


class Login(TrioCase):
    def silent(self, found):
        for secret in (DATA, OWN):
            self.assertNotIn(secret, found.stdout + found.stderr)
        return found

    @test("the passwords of sentinels and data nodes are two, in the URL or beside it", seconds=6)
    def test_passwords(self):
        self.start_trio(password=DATA, own_password=OWN)
        self.put()
        url = self.trio.url
        self.assert_passes(url(f":{DATA}@", rest=f"?sentinel_password={OWN}"))
        self.assert_passes(url(f":{DATA}@"), REDIS_SENTINEL_PASSWORD=OWN)
        self.assert_passes(url(), REDIS_SENTINEL_PASSWORD=OWN, REDIS_PASSWORD=DATA)
        user = {"REDIS_SENTINEL_USERNAME": "default", "REDIS_SENTINEL_PASSWORD": OWN}
        self.assert_passes(url(f":{DATA}@"), **user)
        path = f"{self.folder}/secret"
        with open(path, "w") as file:
            file.write(OWN + "\n")
        self.assert_passes(url(f":{DATA}@"), REDIS_SENTINEL_PASSWORD_FILE=path)
        self.assert_passes(
            url(f":{DATA}@", rest=f"?sentinel_username=default&sentinel_password={OWN}")
        )
        own = {"REDIS_SENTINEL_PASSWORD": OWN}
        self.silent(self.assert_trouble("auth", url(f":{DATA}@")))
        self.silent(self.assert_trouble("auth", url(f":{DATA}@"), REDIS_SENTINEL_PASSWORD=DATA))
        self.silent(self.assert_trouble("auth", url(), **own))
        self.silent(self.assert_trouble("auth", url(f":{OWN}@"), **own))

    @test("a password of the data nodes alone is not shown to sentinels that want none", seconds=5)
    def test_open_sentinels(self):
        self.start_trio(password=DATA)
        self.put()
        self.assert_passes(self.trio.url(f":{DATA}@"))
        # A user they do not know: they would refuse it.
        for node in self.trio.nodes:
            rules = "resetkeys %R~health:* -@all +getrange +pttl"
            node.set_user("probe", DATA, rules, password=DATA)
        self.assert_passes(self.trio.url(f"probe:{DATA}@"))

    @test("a database behind sentinels, in the path or as an option", seconds=5)
    def test_database(self):
        self.start_trio()
        self.put(client=self.trio.master().client(db=3))
        self.assert_passes(self.trio.url(rest="/3"))
        self.assert_passes(self.trio.url(rest="?db=3"))
        missing = self.ask(self.trio.url())
        self.assertEqual(missing.found, (1, "unhealthy", "missing"), missing)


class Tls(TrioCase):
    @test("rediss-sentinel: TLS to the sentinels and to the master", seconds=6)
    def test_all(self):
        skip_unless(has_tls(), NO_TLS)
        authority = Authority(self.folder)
        self.start_trio(
            password=DATA,
            own_password=OWN,
            tls=server_options(authority, authority.issue("server")),
        )
        self.put()
        trusting = f"ssl_ca_certs={authority.certificate}"
        own = {"REDIS_SENTINEL_PASSWORD": OWN}
        for scheme in ("rediss-sentinel", "valkeys-sentinel"):
            url = self.trio.url(f":{DATA}@", rest=f"?{trusting}")
            self.assert_passes(url.replace("rediss-sentinel", scheme), **own)
        self.assert_trouble("tls", self.trio.url(f":{DATA}@"), **own)
        plain = self.trio.url(f":{DATA}@").replace("rediss-", "redis-")
        found = self.ask(plain, **own)
        # They reset such a connection without a word.
        self.assertIn(found.reason, ("unreachable", "tls"), found)
        self.assertEqual((found.exit, found.verdict), (1, "unknown"), found)
        unknown = self.trio.url(f":{DATA}@", name=f"{NAME}2", rest=f"?{trusting}")
        self.assert_trouble("redis-error", unknown, **own)
