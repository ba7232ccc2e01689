"""What Redis and the probe show of a process that hangs, dies, ends or runs twice."""

import datetime
import signal
import socket
import time

from harness import Case, test

LIMIT = 10.0  # of snapshots_received


def unix_time(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class HungLoop(Case):
    topic = "process"

    @test("a hung main loop is unhealthy within 1 s of the limit, while it still beats", seconds=18)
    def test_hang(self):
        self.start_redis()
        service = self.start_service("depth-collector", HEARTBEAT_INTERVAL="2s")
        self.wait_for_status("depth-collector", "healthy")
        service.tell("hang")
        before = self.document("depth-collector")
        turned = {}

        def unhealthy():
            document = self.document("depth-collector")
            if document["status"] == "healthy":
                turned["last"] = document
                return False
            turned["at"] = time.time()
            return True

        self.wait_until(unhealthy, LIMIT + 10, "unhealthy", every=0.02)
        silence = turned["at"] - unix_time(turned["last"]["last_activity"])
        # The last activity may be a write, a little after the last snapshot.
        self.assertGreater(silence, LIMIT - 0.3)
        self.assertLess(silence, LIMIT + 1)
        self.assertGreaterEqual(turned["last"]["sequence"], before["sequence"] + 2)

        found = self.probe("depth-collector")
        self.assertEqual(found.found, (1, "unhealthy", "unhealthy"), found)
        self.assertIn("snapshots_received", found.text)
        sequence = self.document("depth-collector")["sequence"]
        self.wait_until(
            lambda: self.document("depth-collector")["sequence"] >= sequence + 2, 10, "beats go on"
        )
        self.assertEqual(self.document("depth-collector")["status"], "unhealthy")

        service.tell("resume")
        self.wait_for_status("depth-collector", "healthy", 5)
        self.assert_healthy("depth-collector")


class Killed(Case):
    topic = "process"

    def check_killed(self, interval, ttl, reasons):
        self.start_redis()
        variables = {"HEARTBEAT_INTERVAL": f"{interval}s", "HEARTBEAT_TTL": f"{ttl}s"}
        service = self.start_service("ingestion", **(variables if interval != 10 else {}))
        self.wait_for_status("ingestion", "healthy")
        self.assert_healthy("ingestion")
        service.kill()
        killed = time.monotonic()
        while True:
            asked = time.monotonic() - killed
            found = self.probe("ingestion")
            if found.exit != 0:
                break
            self.assertLessEqual(asked, 3 * interval, "a dead service passes for alive")
            time.sleep(0.05)
        self.assertEqual(found.verdict, "unhealthy", found)
        self.assertIn(found.reason, reasons)
        # It was fresh when it was killed: two intervals at least are left to it.
        self.assertGreater(time.monotonic() - killed, 2 * interval - 1)
        return found

    @test("a killed one is stale within three intervals, the default ones", seconds=30)
    def test_default(self):
        found = self.check_killed(10, 60, ["stale"])
        self.assertRegex(found.text, r"^last beat 3\d.*ago, limit 30s")

    @test("a killed one is stale, and then missing")
    def test_quick(self):
        self.check_killed(0.5, 2, ["stale", "missing"])
        self.wait_until(lambda: self.probe("ingestion").reason == "missing", 5, "missing")
        self.assertEqual(self.probe("ingestion").found, (1, "unhealthy", "missing"))
        self.assertEqual(self.one_liner("ingestion"), 1)


class Ended(Case):
    topic = "process"

    def end(self, service, number=signal.SIGTERM):
        began = time.monotonic()
        service.signal(number)
        self.assertEqual(service.wait(20), 0, service.output)
        self.assertLess(time.monotonic() - began, 5)

    def started(self):
        self.start_redis()
        service = self.start_service("ingestion")
        self.wait_for_status("ingestion", "healthy")
        return service

    @test("the last words of one that ends are 'unhealthy: stopped'")
    def test_last_words(self):
        self.start_redis()
        for number in (signal.SIGTERM, signal.SIGINT):
            service = self.start_service("ingestion")
            self.wait_for_status("ingestion", "healthy")
            self.end(service, number)
            document = self.document("ingestion")
            self.assertEqual((document["status"], document["reason"]), ("unhealthy", "stopped"))
            found = self.probe("ingestion")
            self.assertEqual(found.found, (1, "unhealthy", "unhealthy"), found)
            self.assertTrue(found.text.startswith("stopped"), found)
            self.assertEqual(self.one_liner("ingestion"), 1)

    @test("it ends promptly while Redis hangs")
    def test_frozen_redis(self):
        service = self.started()
        self.redis.freeze()
        self.end(service)

    @test("it ends promptly when Redis is gone")
    def test_no_redis(self):
        service = self.started()
        self.redis.stop()
        self.end(service)


class Twice(Case):
    topic = "process"

    def writers(self, seconds):
        """Who wrote in this time, each with beats of a rising sequence and nothing worse."""
        seen = {}
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            document = self.document("ingestion")
            if document.get("status") in ("healthy", "degraded"):
                sequence = seen.setdefault(document["instance"]["id"], [])
                if document["sequence"] not in sequence:
                    sequence.append(document["sequence"])
            time.sleep(0.02)
        for sequence in seen.values():
            self.assertEqual(sequence, sorted(sequence))
        return {writer: sequence for writer, sequence in seen.items() if len(sequence) > 1}

    def names(self, other):
        """The probe says that this process writes, too."""
        found = self.probe("ingestion")
        self.assertEqual(found.found, (1, "degraded", "degraded"), found)
        end = f"also written by host {socket.gethostname()}, pid {other.process.pid}"
        return found.text.endswith(end)

    @test("two of one name both say so and name each other, until one dies", seconds=10)
    def test_twice(self):
        self.start_redis()
        # Of one interval, one of them could show for a few milliseconds only.
        first, second = (
            self.start_service("ingestion", tag=every, HEARTBEAT_INTERVAL=every, HEARTBEAT_TTL="2s")
            for every in ("500ms", "700ms")
        )
        self.wait_until(lambda: len(self.writers(2)) == 2, 15, "two that write")
        self.assertEqual(len(self.writers(4)), 2)
        for other in (first, second):
            self.wait_until(lambda: self.names(other), 20, "each is named by the other")

        first.kill()
        end = time.monotonic() + 4  # two TTLs
        while time.monotonic() < end:
            found = self.probe("ingestion")
            self.assertIn(found.verdict, ("degraded", "healthy"), found)
            time.sleep(0.1)
        self.wait_for_status("ingestion", "healthy")
        self.assert_healthy("ingestion")
        self.assertEqual(self.document("ingestion")["instance"]["pid"], second.process.pid)

    def warns(self):
        found = self.probe("ingestion")
        self.assertIn(found.verdict, ("degraded", "healthy", "starting"), found)
        return found.verdict == "degraded"

    @test("a rolling restart warns while both live, until the old one's last word", seconds=6)
    def test_rolling(self):
        self.start_redis()
        old = self.start_service("ingestion", tag="-old", HEARTBEAT_INTERVAL="1s")
        self.wait_for_status("ingestion", "healthy")
        new = self.start_service("ingestion", tag="-new", HEARTBEAT_INTERVAL="1s")
        self.wait_until(self.warns, 10, "a warning")
        self.wait_until(lambda: "is also written by" in new.output, 10, "the new one's warning")
        old.process.terminate()
        old.wait(10)
        self.wait_for_status("ingestion", "healthy")
        self.assert_healthy("ingestion")
        self.assertEqual(self.document("ingestion")["instance"]["pid"], new.process.pid)
        self.wait_until(
            lambda: "has no other writer any more" in new.output, 10, "the end of the warning"
        )
