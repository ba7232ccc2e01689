"""A file beside Redis: the probe is told the truth when Redis cannot be asked."""

import contextlib
import datetime
import json
import os
import time

from faults_names_test import silent as resolver_that_hangs
from harness import test
from harness.beats import QUICK
from harness.case import Case
from harness.hung_mount import HungMount
from harness.probe import run
from harness.process import binary, clean_environment
from harness.stage import Stage

HEALTHY = (0, "healthy", "healthy")
BOOT = "/proc/sys/kernel/random/boot_id"


class FileCase(Case):
    topic = "file"

    def setUp(self):
        super().setUp()
        self.file = os.path.join(self.folder, "ingestion.json")

    def start_beating(self, **variables):
        service = self.start_service("ingestion", HEARTBEAT_FILE=self.file, **QUICK, **variables)
        self.wait_until(lambda: self.in_file().get("status") == "healthy", 15, "the file is healthy")
        return service

    def in_file(self):
        try:
            with open(self.file) as file:
                return json.load(file)
        except FileNotFoundError:
            return {}

    def ask(self, *arguments, **variables):
        return self.probe("ingestion", *arguments, HEARTBEAT_FILE=self.file, **variables)

    def wait_for(self, found, ask, within=15):
        """The first answer like this."""
        answers = []

        def is_it():
            answers.append(ask())
            return answers[-1].found == found

        self.wait_until(is_it, within, f"the probe says {found}")
        return answers[-1]

    def put(self, age=0.0, wall=0.0, mtime=None, **fields):
        """A document of this machine, so old; `wall` is how the wall clock was set since."""
        written = time.time() - age - wall
        at = datetime.datetime.fromtimestamp(written, datetime.timezone.utc)
        with open(BOOT) as file:
            boot = file.read().strip()
        document = {
            "status": "healthy",
            "service": "ingestion",
            "interval_ms": 10_000,
            "ttl_ms": 60_000,
            "written_at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "boot": {"id": boot, "ms": int((time.clock_gettime(time.CLOCK_BOOTTIME) - age) * 1000)},
            **fields,
        }
        with open(self.file, "w") as file:
            json.dump(document, file)
        os.utime(self.file, (written, written) if mtime is None else (mtime, mtime))


class Outage(FileCase):
    @test("a Redis outage neither fails a live service nor hides a dead one", seconds=8)
    def test_outage(self):
        self.start_redis(tcp=True)
        service = self.start_beating()
        self.assert_healthy("ingestion")
        self.redis.stop()
        refused = f"127.0.0.1:{self.redis.port}: Connection refused"
        found = self.ask()
        self.assertEqual(found.found, HEALTHY, found)
        self.assertRegex(found.text, rf"ago \(from {self.file}; Redis: {refused}\)$")
        self.assertEqual(self.probe("ingestion").found, (1, "unknown", "unreachable"))

        service.tell("break", "websocket_connected")
        found = self.wait_for((1, "unhealthy", "unhealthy"), self.ask)
        self.assertTrue(found.text.startswith("websocket_connected is false (critical"), found)
        service.tell("heal", "websocket_connected")
        self.wait_for(HEALTHY, self.ask)

        service.kill()
        found = self.wait_for(
            (1, "unhealthy", "stale"), lambda: self.ask("--on-redis-error", "pass")
        )
        self.assertRegex(found.text, r"^last beat [\d.]+m?s ago, limit 3s \(from ")

    @test("while Redis hangs the file's verdict comes within the deadline", seconds=4)
    def test_hang(self):
        self.start_redis(tcp=True)
        service = self.start_beating()
        self.redis.freeze()
        time.sleep(2)  # the file goes on while the beat waits for Redis
        found = self.ask("--timeout", "1s")
        self.assertEqual(found.found, HEALTHY, found)
        self.assertRegex(found.text, rf"\(from {self.file}; Redis: .* within 1s\)$")
        self.assertLess(found.seconds, 5)
        service.tell("break", "websocket_connected")
        unhealthy = (1, "unhealthy", "unhealthy")
        self.wait_for(unhealthy, lambda: self.ask("--timeout", "500ms"), within=10)
        self.redis.thaw()

    @test("a resolver that hangs leaves the last word to the file")
    def test_resolver(self):
        self.put()
        with contextlib.ExitStack() as stack:
            scene = resolver_that_hangs(Stage(self, stack))
            found = run(
                [*scene.command, binary("healthprobe"), "ingestion", "--timeout", "500ms"],
                clean_environment(HEARTBEAT_REDIS_URL=scene.url, HEARTBEAT_FILE=self.file),
            )
        self.assertEqual(found.found, HEALTHY, found)
        self.assertRegex(found.text, r"Redis: no answer from the resolver within 500ms for '")

    @test("a Redis that answers is the authority, whatever the file says")
    def test_authority(self):
        self.start_redis()
        self.put()
        self.assertEqual(self.ask().found, (1, "unhealthy", "missing"))
        self.client.setex("health:ingestion", 60, '{"status": "degraded"}')
        self.assertEqual(self.ask().found, (1, "degraded", "degraded"))

    @test("a file that does not help is named, and what was wrong with Redis stands")
    def test_no_help(self):
        url = "redis://127.0.0.1:1"
        gone = (1, "unknown", "unreachable")
        found = self.ask(redis_url=url)
        self.assertEqual(found.found, gone, found)
        self.assertTrue(found.text.endswith(f"; no file {self.file}"), found)
        self.put(service="worker-1")
        found = self.ask(redis_url=url)
        self.assertEqual(found.found, gone, found)
        self.assertTrue(found.text.endswith(f"{self.file} holds the document of worker-1"), found)
        os.unlink(self.file)
        os.mkfifo(self.file)
        found = self.ask(redis_url=url)
        self.assertEqual(found.found, gone, found)
        self.assertTrue(found.text.endswith(f"{self.file} is a FIFO"), found)
        passed = self.ask("--on-redis-error", "pass", redis_url=url)
        self.assertEqual(passed.found, (0, "unknown", "unreachable"), passed)


class Mount(FileCase):
    def setUp(self):
        super().setUp()
        self.mount = HungMount.of(self)
        self.file = os.path.join(self.mount.path, "ingestion.json")

    @test("a mount that hangs ends at the deadline, with a word on it")
    def test_probe(self):
        for redis_url in ("redis://127.0.0.1:1", None):
            arguments = ["ingestion", "--timeout", "500ms", "--file", self.file]
            found = self.probe(*arguments, redis_url=redis_url)
            self.assertEqual(found.found, (1, "unknown", "usage"), found)
            self.assertEqual(found.text, f"{self.file} could not be read within 500ms")
            self.assertLess(found.seconds, 5)
        found = self.probe("--timeout", "500ms", "--file", self.file)
        self.assertRegex(found.stdout, "^healthprobe: no service given .* within 500ms\n$")

    @test("a secret on such a mount, too")
    def test_secret(self):
        variables = {"REDIS_PASSWORD_FILE": self.file}
        found = self.probe("ingestion", "--timeout", "500ms", redis_url=None, **variables)
        self.assertEqual(found.found, (1, "unknown", "usage"), found)
        self.assertIn("could not be read within 500ms", found.text)

    @test("a mount that hangs stops neither the beat nor the end of the service", seconds=4)
    def test_service(self):
        self.start_redis()
        # A leak checker wants to stop every thread, and this one does not stop.
        variables = {"HEARTBEAT_FILE": self.file, "ASAN_OPTIONS": "detect_leaks=0", **QUICK}
        service = self.start_service("ingestion", **variables)
        self.wait_for_status("ingestion", "healthy")
        before = self.document("ingestion")["sequence"]
        self.wait_until(lambda: self.document("ingestion")["sequence"] > before + 2, 15, "it beats")
        service.signal(15)
        self.assertEqual(service.wait(10), 0)
        self.assertEqual(self.document("ingestion")["reason"], "stopped")


class Alone(FileCase):
    def alone(self, *arguments, **variables):
        """No Redis is configured anywhere."""
        return self.probe(*arguments, "--file", self.file, redis_url=None, **variables)

    @test("a service is watched without any Redis", seconds=8)
    def test_no_redis(self):
        service = self.start_service(
            "ingestion", "redis://127.0.0.1:1", HEARTBEAT_FILE=self.file, **QUICK
        )
        self.wait_for(HEALTHY, self.alone)
        self.assertNotIn("Redis", self.alone().text)
        service.tell("break", "websocket_connected")
        self.wait_for((1, "unhealthy", "unhealthy"), lambda: self.alone("ingestion"))
        service.signal(15)
        service.wait(10)
        found = self.alone()
        self.assertEqual(found.found[:2], (1, "unhealthy"), found)
        self.wait_for((1, "unhealthy", "stale"), self.alone)

    @test("the file tells whose it is, and another's is missing")
    def test_names(self):
        self.put()
        self.assertTrue(self.alone().stdout.startswith("ingestion healthy [healthy]: "))
        found = self.alone("worker-1")
        self.assertEqual(found.found, (1, "unhealthy", "missing"))
        self.assertEqual(found.text, f"{self.file} holds the document of ingestion")
        found = self.alone("ingestion", "worker-1")
        self.assertEqual((found.exit, found.stdout.count("\n")), (1, 2), found)
        self.put(service=None)  # of the wrong type: none
        found = self.alone()
        self.assertEqual((found.exit, found.stdout), (1, ""), found)
        self.assertRegex(found.stderr, "^healthprobe: no service given .*: .* names no service\n$")
        os.unlink(self.file)
        self.assertTrue(self.alone().stderr.endswith(f": no file {self.file}\n"))
        self.assertEqual(self.alone("a").found, (1, "unhealthy", "missing"))

    @test("a day's step of the wall clock changes no verdict")
    def test_steps(self):
        for wall in (-86400, 0, 86400):
            with self.subTest(wall=wall):
                self.put(age=5, wall=wall)
                self.assertEqual(self.alone().found, HEALTHY)
                self.put(age=45, wall=wall)
                found = self.alone()
                self.assertEqual(found.found, (1, "unhealthy", "stale"), found)
                self.assertRegex(found.text, r"^last beat 4[\d.]+s ago, limit 30s")
        self.put(age=5, mtime=time.time() - 45)  # touched: as old as the file
        self.assertEqual(self.alone().found, (1, "unhealthy", "stale"))
        self.put(age=45, boot={"id": "other", "ms": 1})
        self.assertEqual(self.alone().found, (1, "unhealthy", "stale"))

    @test("what is no document has the reason that it has in Redis")
    def test_no_documents(self):
        for content, reason in (
            ("", "malformed"),
            ('{"status": "ok"}', "malformed"),
            (" " * 65537, "too-large"),
            ('{"status": "healthy"}', "no-expiry"),
        ):
            with self.subTest(reason=reason, content=content[:20]):
                with open(self.file, "w") as file:
                    file.write(content)
                self.assertEqual(self.alone("a").found, (1, "unhealthy", reason))
        self.assertEqual(self.alone("a", "--max-age", "1h").found, HEALTHY)
        os.unlink(self.file)
        os.mkdir(self.file)
        self.assertEqual(self.alone("a").found, (1, "unhealthy", "wrong-type"))

    @test("JSON and --explain tell the source")
    def test_sources(self):
        self.put()
        url = "redis://127.0.0.1:1"
        shown = json.loads(self.ask("-o", "json", redis_url=url).stdout)
        self.assertEqual((shown["source"], shown["redis"]["reason"]), ("file", "unreachable"))
        self.assertIn("127.0.0.1:1", shown["redis"]["text"])
        shown = json.loads(self.alone("-o", "json").stdout)
        self.assertEqual((shown["source"], "redis" in shown), ("file", False))
        found = self.ask("--explain", redis_url=url).stdout
        self.assertRegex(found, rf"\n  file +{self.file} +HEARTBEAT_FILE\n")
        self.assertRegex(found, rf"\n +[\d.]+ ms  read {self.file}: \d+ bytes \(took ")
        found = self.alone("--explain").stdout
        self.assertRegex(found, r"\n  redis +not asked +--file\n")
        self.assertNotIn("connect", found)
