"""The fleet: the roster that services keep, those that vanished from it, and replicas."""

import json
import time

from harness import test
from harness.beats import KILL_ALL, QUICK, BeatCase

ROSTER = "health::services"
HEALTHY = json.dumps({"status": "healthy", "ttl_ms": 60_000, "interval_ms": 10_000})


class Fleet(BeatCase):
    topic = "fleet"

    def setUp(self):
        super().setUp()
        self.start_redis()

    def put(self, name, value=HEALTHY, seen=None):
        self.client.setex(f"health:{name}", 60, value)
        self.enlist(name, seen)

    def enlist(self, name, seen=None):
        self.client.zadd(ROSTER, {name: time.time() if seen is None else seen})

    def lines(self, answer):
        return [line.split(":")[0] if "]" not in line else line[: line.index("]") + 1]
                for line in answer.stdout.splitlines()]

    @test("a service puts itself on the roster with every beat", seconds=4)
    def test_enlisted(self):
        before = time.time()
        service = self.start_beating()
        first = self.client.zscore(ROSTER, "ingestion")
        self.assertTrue(before - 1 <= first <= time.time() + 1, first)
        self.wait_until(lambda: self.client.zscore(ROSTER, "ingestion") > first, 10, "a later beat")
        self.client.delete(ROSTER)
        self.wait_until(lambda: self.client.zcard(ROSTER) == 1, 10, "it is back on the roster")
        self.client.delete(ROSTER)
        self.client.set(ROSTER, "something else")
        before = self.sequence()
        self.wait_for_beat(before)
        self.client.delete(ROSTER)
        self.client.execute_command(*KILL_ALL)
        self.wait_until(lambda: self.client.zcard(ROSTER) == 1, 15, "asked for over a new connection")
        self.assert_undisturbed(service)

    @test("a replica has a key of its own, and its check asks for that one", seconds=4)
    def test_replica(self):
        for number in "12":
            self.start_service("worker", tag=number, HEARTBEAT_INSTANCE=number, **QUICK)
        for number in "12":
            self.wait_until(lambda: self.client.exists(f"health:worker:{number}"), 10, "a beat")
        self.assertEqual(set(self.client.zrange(ROSTER, 0, -1)), {b"worker:1", b"worker:2"})
        document = json.loads(self.client.get("health:worker:1"))
        self.assertEqual((document["service"], document["instance"]["name"]), ("worker", "1"))
        own = self.probe(HEARTBEAT_SERVICE="worker", HEARTBEAT_INSTANCE="2")
        self.assertIn("worker:2 ", own.stdout)
        self.assertEqual(own.stdout.count("\n"), 1, own)
        everyone = self.probe("worker")
        self.assertEqual([line.split()[0] for line in everyone.stdout.splitlines()],
                         ["worker:1", "worker:2"], everyone)

    @test("--all judges everyone on the roster, and who vanished is missing")
    def test_all(self):
        self.put("a")
        self.put("b", json.dumps({"status": "degraded"}))
        self.enlist("gone", time.time() - 90)
        found = self.probe("--all")
        self.assertEqual(found.exit, 1, found)
        self.assertEqual(self.lines(found), ["a healthy [healthy]", "b degraded [degraded]",
                                             "gone unhealthy [missing]"])
        self.assertRegex(found.stdout, r"no key health:gone, last seen 20\d\d-.*Z \(9\ds ago\)")
        self.client.zrem(ROSTER, "gone", "b")
        self.assertEqual(self.probe("--all").exit, 0)

    @test("--all of an empty roster, of none that can be read, and of a Redis that is gone")
    def test_nobody(self):
        found = self.probe("--all")
        self.assertEqual((found.exit, self.lines(found)), (1, ["* unhealthy [missing]"]), found)
        self.assertIn("health::services names no service", found.stdout)
        self.client.set(ROSTER, "x")
        found = self.probe("--all")
        self.assertEqual((found.exit, self.lines(found)), (1, ["* unknown [redis-error]"]), found)
        self.redis.stop()
        found = self.probe("--all")
        self.assertEqual((found.exit, self.lines(found)), (1, ["* unknown [unreachable]"]), found)
        self.assertEqual(self.probe("--all", "--on-redis-error", "pass").exit, 0)

    @test("--scan finds services that only have a key, and no key of anybody else")
    def test_scan(self):
        found = self.probe("--scan")
        self.assertEqual((found.exit, self.lines(found)), (1, ["* unhealthy [missing]"]), found)
        self.assertIn("nor does any key health:*", found.stdout)
        self.put("b")
        self.enlist("gone")
        self.client.setex("health:foreign", 60, json.dumps({"status": "degraded"}))
        self.client.setex("health:worker:2", 60, HEALTHY)
        self.client.rpush("health:list", "x")
        for key in ("health:a b", "health:x:y:z", "healthy", "other:health:x", "health:"):
            self.client.set(key, "x")
        with self.client.pipeline() as pipe:
            for number in range(5000):
                pipe.set(f"unrelated:{number}", number)
            pipe.execute()
        found = self.probe("--scan")
        self.assertEqual(self.lines(found), [
            "b healthy [healthy]", "foreign degraded [degraded]", "gone unhealthy [missing]",
            "list unhealthy [wrong-type]", "worker:2 healthy [healthy]"], found)
        self.assertEqual(len(self.lines(self.probe("--all"))), 2)
        self.client.setex("h[e]*:b", 60, HEALTHY)
        self.client.setex("he:c", 60, HEALTHY)
        found = self.probe("--scan", "--prefix", "h[e]*:")
        self.assertEqual(self.lines(found), ["b healthy [healthy]"], found)

    @test("--forget takes names off the roster, and says what it did")
    def test_forget(self):
        self.put("a")
        self.enlist("worker:3")
        self.enlist("gone")
        found = self.probe("--forget", "worker:3", "--forget", "a", HEARTBEAT_SERVICE="own")
        self.assertEqual((found.exit, found.stdout), (
            0, "worker:3 is removed from the roster health::services\n"
            "a is removed from the roster health::services, but it still beats: its next beat adds it again\n"), found)
        self.assertEqual(self.client.zrange(ROSTER, 0, -1), [b"gone"])
        found = self.probe("--forget", "typo")
        self.assertEqual((found.exit, found.stdout), (1, "typo was not on the roster health::services\n"))
        self.client.acl_setuser("reader", enabled=True, passwords=["+x"], keys=["health:*"], commands=["+pttl"])
        found = self.probe("--forget", "gone", HEARTBEAT_REDIS_URL=self.redis.url.replace("://", "://reader:x@"))
        self.assertEqual((found.exit, found.stdout), (1, ""), found)
        self.assertIn("healthprobe: --forget failed: [denied] ZREM", found.stderr)
        self.assertEqual(self.client.zcard(ROSTER), 1)
        self.redis.stop()
        self.assertIn("--forget failed: [unreachable]", self.probe("--forget", "gone").stderr)

    @test("a roster that cannot be read hides no replicas silently")
    def test_unreadable_roster(self):
        self.client.set(ROSTER, "something else")
        found = self.probe("worker")
        self.assertEqual(found.found, (1, "unknown", "redis-error"), found)
        self.assertRegex(found.text, "^no key health:worker; it may have replicas, but the roster .* WRONGTYPE")
        self.client.acl_setuser("reader", enabled=True, passwords=["+x"], keys=["health:*"],
                                commands=["+getrange", "+pttl"])
        found = self.probe("worker", HEARTBEAT_REDIS_URL=self.redis.url.replace("://", "://reader:x@"))
        self.assertEqual(found.found, (1, "unhealthy", "missing"), found)
        self.assertIn("; it may have replicas, but the roster health::services cannot be read: ZRANGE: NOPERM", found.text)

    @test("the replicas of a service are judged in its place, all of them or a quorum")
    def test_quorum(self):
        for number in "13":
            self.put(f"worker:{number}")
        self.enlist("worker:2", time.time() - 5)
        found = self.probe("worker")
        self.assertEqual(found.exit, 1)
        self.assertEqual(self.lines(found), ["worker:1 healthy [healthy]", "worker:2 unhealthy [missing]",
                                             "worker:3 healthy [healthy]"])
        for needed, status in ((2, 0), (3, 1)):
            found = self.probe("worker", "--min-healthy", str(needed))
            self.assertEqual(found.exit, status, found)
            self.assertIn(f"2 of 3 replicas pass, {needed} needed", found.stdout)
            self.assertEqual(self.probe("--all", "--min-healthy", str(needed)).exit, status)
        self.assertEqual(self.probe("worker", "--instance", "3").exit, 0)
        self.enlist("worker")  # as it once was, without replicas
        found = self.probe("--all")
        self.assertEqual([line.split()[0] for line in found.stdout.splitlines()],
                         ["worker", "worker:1", "worker:2", "worker:3"], found)
        self.assertEqual(self.probe("worker", "--instance", "2").exit, 1)

    @test("what stands on the roster and is no name is never asked for, nor printed")
    def test_hostile(self):
        self.put("a")
        for name in ("\x1b[2J", "a b", ":services", "x" * 129, ""):
            self.enlist(name)
        found = self.probe("--all")
        self.assertEqual((found.exit, self.lines(found)), (0, ["a healthy [healthy]"]), found)

    @test("a large fleet is judged whole, and the worst is named", seconds=4)
    def test_large(self):
        pipe = self.client.pipeline(transaction=False)
        names = [f"service-{i:04}" for i in range(1000)]
        for name in names:
            pipe.setex(f"health:{name}", 60, HEALTHY)
        pipe.execute()
        self.client.zadd(ROSTER, {name: time.time() for name in names})
        found = self.probe("--all", "-t", "20s")
        self.assertEqual(found.exit, 0, found)
        self.assertIn("1000 more healthy", found.stdout)
        self.client.delete("health:service-0777")
        found = self.probe("--all", "-t", "20s")
        self.assertEqual(found.exit, 1, found)
        self.assertTrue(found.stdout.startswith("service-0777 unhealthy [missing]"), found)
