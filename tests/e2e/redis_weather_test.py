"""Redis goes away, hangs, forgets and refuses: the probe says so, the services come back."""

import time

from harness import Case, test

ALL = ("ingestion", "worker-1", "worker-2", "worker-3", "depth-collector", "signal-generator")
QUICK = {"HEARTBEAT_INTERVAL": "2s", "HEARTBEAT_TTL": "10s"}
INTERVAL = 2.0


class Weather(Case):
    topic = "redis"

    def start_all(self, **variables):
        for service in ALL:
            self.start_service(service, **variables)
        for service in ALL:
            self.wait_for_status(service, "healthy")

    def wait_for_recovery(self, limit):
        """Everyone is healthy again, after `limit` seconds at most."""
        left = set(ALL)

        def recovered():
            values = self.client.mget([f"health:{service}" for service in left])
            good = [value is not None and b'"status":"healthy"' in value[:30] for value in values]
            left.difference_update([name for name, is_good in zip(list(left), good) if is_good])
            return not left

        self.wait_until(recovered, limit, f"recovery of {left}", every=0.02)
        for service in ALL:
            self.assert_healthy(service)

    def assert_trouble(self, reason):
        found = self.probe("ingestion")
        self.assertEqual(found.found, (1, "unknown", reason), found)
        passing = self.probe("ingestion", "--on-redis-error", "pass")
        self.assertEqual(passing.found, (0, "unknown", reason), passing)
        self.assertEqual(self.one_liner("ingestion"), 1)

    def check_outage(self, seconds, interval, **variables):
        self.start_all(**variables)
        self.redis.stop()
        gone = time.monotonic()
        self.assert_trouble("unreachable")
        time.sleep(max(0, seconds - (time.monotonic() - gone)))
        self.assert_trouble("unreachable")
        self.redis.start()
        self.wait_for_recovery(interval + 1)
        for service in ALL:
            self.assertGreater(self.document(service)["writer"]["failed_writes"], 0)
        # The first beat of a new connection was written down before it was made.
        self.wait_until(
            lambda: all(self.document(service)["writer"]["reconnects"] for service in ALL),
            interval + 1,
            "everyone counts a reconnect",
        )

    @test("an outage of a few seconds: all six services recover within an interval", seconds=8)
    def test_short_outage(self):
        self.start_redis()
        self.check_outage(5, INTERVAL, **QUICK)

    @test("an outage of a minute: all six recover within the default interval", seconds=85)
    def test_long_outage(self):
        self.start_redis(tcp=True)
        self.check_outage(60, 10)

    @test("FLUSHALL: the next beat of each is whole")
    def test_flushall(self):
        self.start_redis()
        self.start_all(**QUICK)

        def missing():
            self.client.flushall()
            return self.probe("ingestion").found == (1, "unhealthy", "missing")

        # A busy machine may be slower than the next beat, though hardly each time.
        self.wait_until(missing, 20, "the probe finds nothing", every=0.3)
        self.wait_for_recovery(INTERVAL + 1)

    @test("a Redis that hangs: the probe keeps its time limit, the services recover", seconds=8)
    def test_pause(self):
        self.start_redis()
        self.start_all(**QUICK)
        self.redis.freeze()
        frozen = time.monotonic()
        for limit in (0.2, 1.0):
            found = self.probe("ingestion", "--timeout", f"{limit}s")
            self.assertEqual(found.found, (1, "unknown", "timeout"), found)
            self.assertGreaterEqual(found.seconds, limit)
            self.assertLess(found.seconds, limit + 5)  # a hang would be far longer
        passing = self.probe("ingestion", "--timeout", "200ms", "--on-redis-error", "pass")
        self.assertEqual(passing.found, (0, "unknown", "timeout"), passing)
        time.sleep(max(0, 5 - (time.monotonic() - frozen)))
        self.redis.thaw()
        self.wait_for_recovery(INTERVAL + 1)

    @test("a Redis that loads its data says so")
    def test_loading(self):
        self.start_redis()
        pipeline = self.client.pipeline()
        for i in range(20_000):
            pipeline.set(f"filler:{i}", "x" * 100)
        pipeline.execute()
        self.client.save()
        self.redis.stop()
        # A millisecond for each key: it would take 20 s.
        slowly = ("--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024")
        self.redis.start(*slowly, wait=False)
        self.wait_until(lambda: self.probe("ingestion").reason == "loading", 10, "it loads")
        self.assert_trouble("loading")

    @test("a replica: it refuses writes, and takes the next one when it is the master", seconds=7)
    def test_replica(self):
        self.start_redis()
        service = self.start_service("ingestion", **QUICK)
        self.wait_for_status("ingestion", "healthy")
        before = self.document("ingestion")["writer"]["failed_writes"]
        self.client.replicaof("127.0.0.1", "1")
        self.wait_until(lambda: "READONLY" in service.output, INTERVAL + 2, "it complains")
        self.wait_until(
            lambda: self.probe("ingestion").found == (1, "unhealthy", "stale"), 10, "stale"
        )
        self.client.replicaof("no", "one")
        self.wait_until(
            lambda: self.document("ingestion")["writer"]["failed_writes"] > before,
            INTERVAL + 2,
            "a beat that tells of those that failed",
        )
        self.assertIn("READONLY", self.document("ingestion")["writer"]["last_error"])
        self.assert_healthy("ingestion")
