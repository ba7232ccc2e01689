"""What the probe makes of the key around the value: its type, its name, its age."""

from harness import test
from harness.values import HEALTHY, TTL, ValueCase, document


class Keys(ValueCase):
    @test("a key of another type, or none, is unhealthy")
    def test_types(self):
        self.check((1, "unhealthy", "missing"))
        for make in (
            lambda key: self.client.rpush(key, "healthy"),
            lambda key: self.client.hset(key, "status", "healthy"),
            lambda key: self.client.sadd(key, "healthy"),
            lambda key: self.client.zadd(key, {"healthy": 1}),
            lambda key: self.client.xadd(key, {"status": "healthy"}),
        ):
            make("health:ingestion")
            self.check((1, "unhealthy", "wrong-type"))
            self.client.expire("health:ingestion", TTL)
            self.check((1, "unhealthy", "wrong-type"))
            self.client.delete("health:ingestion")

    @test("a key that does not expire, or too late for its ttl_ms, is [no-expiry]")
    def test_no_expiry(self):
        no_expiry = (1, "unhealthy", "no-expiry")
        for value in (document(), document(ttl_ms=60_000, interval_ms=10_000)):
            self.client.set("health:ingestion", value)
            self.check(no_expiry)
        self.put(document(ttl_ms=60_000), ttl_ms=70_000)
        self.check(no_expiry)
        self.put(document(), ttl_ms=70_000)
        self.check(no_expiry, "--ttl", "60s")
        self.put(document(ttl_ms=60_000), ttl_ms=60_000)
        self.check(HEALTHY)

    @test("the prefix is part of the key")
    def test_prefix(self):
        self.client.setex("other:ingestion", TTL, document())
        self.check((1, "unhealthy", "missing"))
        self.check(HEALTHY, "--prefix", "other:")
        self.assertEqual(self.probe("ingestion", HEARTBEAT_PREFIX="other:").found, HEALTHY)

    @test("several services: a line each, the worst decides")
    def test_several(self):
        self.put(document())
        self.client.setex("health:other", TTL, document("degraded"))
        both = self.probe("ingestion", "other", "nobody")
        verdicts = [line.split()[:2] for line in both.stdout.splitlines()]
        self.assertEqual(
            verdicts, [["ingestion", "healthy"], ["other", "degraded"], ["nobody", "unhealthy"]]
        )
        self.assertEqual(both.exit, 1)
        self.assertEqual(self.probe("ingestion", "other", "--degraded-ok").exit, 0)


class Ages(ValueCase):
    """The age is ttl_ms - PTTL, so PEXPIRE makes a beat as old as it has to be."""

    STALE = (1, "unhealthy", "stale")

    def age(self, seconds, value, ttl=TTL):
        self.put(value)
        self.client.pexpire("health:ingestion", int((ttl - seconds) * 1000))

    @test("a beat is good for three intervals, and for its TTL at most")
    def test_interval(self):
        beat = document(interval_ms=10_000, ttl_ms=60_000)
        stale = self.STALE
        for seconds, expected in ((0, HEALTHY), (20, HEALTHY), (30.01, stale), (55, stale)):
            with self.subTest(seconds=seconds):
                self.age(seconds, beat)
                self.check(expected)
        for interval in (0, -1, None, "10000", 1e4, 20_000, 1 << 40, 1 << 64):
            with self.subTest(interval=interval):
                self.age(50, document(interval_ms=interval, ttl_ms=60_000))
                self.check(HEALTHY)

    @test("--max-age replaces the limit, --ttl says what the document does not")
    def test_options(self):
        beat = document(interval_ms=10_000, ttl_ms=60_000)
        self.age(20, beat)
        self.check(self.STALE, "--max-age", "15s")
        self.check(HEALTHY, "--max-age", "30s")
        self.age(50, beat)
        self.check(self.STALE)
        self.check(HEALTHY, "--max-age", "58s")
        self.age(20, document())
        self.check(HEALTHY)
        self.check(HEALTHY, "--max-age", "15s")  # an age that nobody can know
        self.check(self.STALE, "--max-age", "15s", "--ttl", "60s")
        self.check(HEALTHY, "--max-age", "30s", "--ttl", "60s")
        self.age(20, document(interval_ms=10_000, ttl_ms=30_000), ttl=30)
        self.check(HEALTHY, "--ttl", "5m")  # the document knows better

    @test("a stale beat is stale whatever it says, and its last status is shown")
    def test_stale_status(self):
        for status in ("healthy", "degraded", "starting", "unhealthy"):
            self.age(40, document(status, interval_ms=10_000, ttl_ms=60_000))
            found = self.check(self.STALE)
            self.assertRegex(found.text, r"^last beat 4\ds ago, limit 30s")  # on a busy machine
            if status != "healthy":
                self.assertIn(f"last status {status}", found.text)
