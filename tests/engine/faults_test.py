"""Trouble with processes and with Redis, by the engine's own word."""

import datetime
import time

from harness.case import INTERVAL, SERVICES, StackCase
from harness.stack import live

OUTAGE = 60  # seconds


def moment(text):
    """RFC 3339 as Docker writes it, nanoseconds and all."""
    date, _, rest = text.partition(".")
    if not rest:
        date, rest = text.rstrip("Z"), "0Z"
    fraction = rest.rstrip("Z").split("+")[0][:6].ljust(6, "0")
    offset = rest[rest.index("+") :] if "+" in rest else "+00:00"
    return datetime.datetime.fromisoformat(f"{date}.{fraction}{offset}")


class Processes(StackCase):
    def test_a_hung_loop_is_unhealthy_though_its_thread_beats(self):
        self.addCleanup(self.stack.tell, "ingestion", "resume")
        self.stack.tell("ingestion", "hang")
        self.stack.tell("ingestion", "advance", "61s")
        line = self.wait_for_line("ingestion", "ticks_received", "ago, limit 60s", "(critical")
        self.assert_line(line, "ingestion unhealthy [unhealthy]")

    def test_a_frozen_process_is_stale(self):
        self.addCleanup(self.stack.signal, "worker-1", "CONT")
        self.stack.signal("worker-1", "STOP")
        line = self.wait_for_line("worker-1", "[stale]")
        self.assert_line(line, "worker-1 unhealthy [stale]: last beat ", "s ago, limit 6s")

    def test_a_killed_process_is_neither_running_nor_healthy(self):
        self.addCleanup(self.stack.start, "worker-2")
        self.stack.signal("worker-2", "KILL")
        self.wait_until(
            lambda: self.stack.inspect("worker-2")["State"]["Status"] == "exited", "it ends"
        )
        self.assertEqual(self.stack.health("worker-2")[0], "unhealthy")
        seen = self.wait_until(
            lambda: (found := self.stack.look("worker-2")).returncode == 1 and found, "it is seen"
        )
        self.assertRegex(seen.stdout, r"worker-2 unhealthy \[(stale|missing)\]: ")

    def test_a_stopped_service_says_that_it_was_stopped(self):
        self.addCleanup(self.stack.start, "worker-3")
        self.stack.stop("worker-3")
        seen = self.stack.look("worker-3")
        self.assertEqual(seen.returncode, 1)
        self.assertIn("worker-3 unhealthy [unhealthy]: stopped", seen.stdout)


class Redis(StackCase):
    def test_a_paused_redis_is_a_timeout(self):
        self.addCleanup(self.stack.unpause, "redis")
        self.stack.pause("redis")
        for service in SERVICES:
            line = self.wait_for_line(service, "[timeout]")
            self.assert_line(line, f"{service} unknown [timeout]: ", "redis:6379", "2s")

    def test_a_minute_without_redis(self):
        lives = [live(service) for service in SERVICES]
        self.addCleanup(self.stack.remove, *lives)
        self.stack.start_live()
        self.wait_for("healthy", lives)

        self.addCleanup(self.stack.start, "redis")
        self.stack.stop("redis")
        end = time.monotonic() + OUTAGE
        seen = set()
        while time.monotonic() < end:
            seen |= set(self.stack.statuses(lives).values())
            time.sleep(INTERVAL / 2)
        self.assertEqual(seen, {"healthy"}, "what liveness checks made of it")
        for service in SERVICES:
            self.assertEqual(self.stack.health(service)[0], "unhealthy")
            line = self.stack.last_line(service)
            # The engine forgets the name of a container that is stopped, and so cannot
            # say where it is; one that listens no more is unreachable.
            self.assertRegex(line, rf"^{service} unknown \[(dns|unreachable)\]: ")
            self.assert_line(line, "redis")

        self.stack.start("redis")
        answering = self.redis_answers()
        self.wait_for("healthy", SERVICES)
        # A lookup that began while the name was unknown may delay the first beat by a check or two.
        for service in SERVICES:
            self.assertLessEqual(self.checks_until_success(service, answering), 3, service)
        self.wait_for("healthy", lives, within=2 * INTERVAL)

    def redis_answers(self):
        self.wait_until(lambda: self.stack.ping_redis(), "Redis answers", every=0.05)
        return datetime.datetime.now(datetime.timezone.utc)

    def checks_until_success(self, service, since):
        """Of the checks that began when Redis was there again, which first succeeded?"""
        later = [check for check in self.stack.health(service)[1] if moment(check["Start"]) > since]
        outcomes = [check["ExitCode"] for check in later]
        return outcomes.index(0) + 1 if 0 in outcomes else len(outcomes) + 1
