"""A stand-in that cannot run says why, in one line."""

import subprocess

from harness import Case, test
from harness.process import binary, clean_environment
from harness.service import program_of


class Mistakes(Case):
    topic = "stand-in"

    def check(self, service, says, **variables):
        with self.subTest(service=service, variables=variables):
            variables.setdefault("HEARTBEAT_REDIS_URL", "redis://127.0.0.1:1")
            environment = clean_environment(
                STAND_IN_CONTROL=f"{self.folder}/control", **variables
            )
            done = subprocess.run(
                [binary(program_of(service))],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=10,
            )
            self.assertEqual(done.returncode, 1, done)
            self.assertEqual(done.stdout, "")
            self.assertEqual(done.stderr.count("\n"), 1, done)
            self.assertTrue(done.stderr[:-1].isprintable(), done)
            self.assertNotRegex(done.stderr, "secret|sec/ret")
            for text in says:
                self.assertIn(text, done.stderr)

    @test("settings that cannot be are refused, by name")
    def test_settings(self):
        self.check("ingestion", ["Mars/Olympus"], MARKET_HOURS="Mon-Fri 09:15-15:30 Mars/Olympus")
        self.check("signal-generator", ["Funday"], MARKET_HOURS="Funday 09:15-15:30 UTC")
        self.check("ingestion", ["2026-02-30"], MARKET_HOLIDAYS="2026-02-30")
        for service in ("ingestion", "depth-collector"):
            self.check(service, ["HEARTBEAT_TTL", "19s", "20s"], HEARTBEAT_TTL="19s")
            self.check(service, ["HEARTBEAT_TTL", "whole seconds"], HEARTBEAT_TTL="60500ms")
            name = "HEARTBEAT_INTERVAL"
            self.check(service, [name, "'soon'", "500ms"], HEARTBEAT_INTERVAL="soon")
            self.check(service, [name, "100ms to 1h"], HEARTBEAT_INTERVAL="50ms")
        self.check("ingestion", ["a\\x1bb"], HEARTBEAT_PREFIX="a\x1bb")

    @test("a bad URL is refused, and not shown")
    def test_url(self):
        for url in ("http://:secret@host", "redis://:secret@host:port", "redis://:sec/ret@host"):
            self.check("ingestion", ["HEARTBEAT_REDIS_URL"], HEARTBEAT_REDIS_URL=url)

    @test("a worker needs a name")
    def test_name(self):
        self.check("worker-1", ["HEARTBEAT_SERVICE"])
        self.check("worker-1", ["'worker 1'"], HEARTBEAT_SERVICE="worker 1")
