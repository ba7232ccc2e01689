"""A wall clock that is a day off, or steps by a day, changes no verdict.

Schedules are left out: market hours are the wall clock's by nature.
"""

import json
import signal
import time
from datetime import datetime, timezone

from harness import Case, Service, test
from harness.process import binary
from harness.wall_clock import DAY, WallClock, is_dynamic

# A beat is stale after three intervals, and after that for long enough to be asked about.
TIMES = {"HEARTBEAT_INTERVAL": "4s", "HEARTBEAT_TTL": "600s"}
STALE_MS = 12_000
WINDOW = 300_000  # of dhan_token, in ms
LIMIT = 10.0  # of snapshots_received
OFFSETS = {"true": 0, "ahead": DAY, "behind": -DAY, "leaps": 0, "falls": 0}
STEPS = {"leaps": DAY, "falls": -DAY}


class Collector(Service):
    """A depth collector with a clock of its own; its control client keeps the true time."""

    def __init__(self, *arguments, clock, **variables):
        super().__init__(*arguments, **variables)
        self.clock = clock

    @property
    def own_environment(self):
        return {**self.environment, **self.clock.environment}


class ClockCase(Case):
    topic = "clocks"
    service_type = Collector

    def setUp(self):
        super().setUp()
        self.start_redis()
        self.clocks = {name: WallClock(self.folder, name, by) for name, by in OFFSETS.items()}

    def start_collector(self, name):
        """For who reads it, the service is `<name>-depth-collector`."""
        variables = {**TIMES, "HEARTBEAT_PREFIX": f"health:{name}-", "clock": self.clocks[name]}
        return self.start_service("depth-collector", tag=f"-{name}", **variables)

    def start_all(self):
        self.collectors = {name: self.start_collector(name) for name in self.clocks}
        self.wait_for_all("healthy")

    def wait_for_all(self, status):
        for name in self.collectors:
            self.wait_until(lambda: self.document(name).get("status") == status, 30,
                            f"{name} is {status}")  # fmt: skip

    def document(self, name):
        return super().document(f"{name}-depth-collector")

    def evidence(self):
        lines = []
        for collector in self.services:
            name = collector.environment["HEARTBEAT_PREFIX"][len("health:"):-1]
            with open(f"/proc/{collector.process.pid}/stat") as file:
                state = file.read().split()[2]
            lines.append(f"{name}, process {state}: {self.ask(name)[0]}\n{collector.output[-500:]}")
        return "\n".join(lines)

    def each(self, *words):
        for collector in self.collectors.values():
            collector.tell(*words)

    def step(self, back=False):
        """Steps those that do so, and waits until they have written by their new time."""
        for name, by in STEPS.items():
            self.clocks[name].step(0 if back else by)
        for name, offset in ({} if back else STEPS).items():
            self.wait_until(lambda: abs(self.apparent_offset(name) - offset) < DAY / 2, 30,
                            f"{name} writes by its new time")  # fmt: skip

    def apparent_offset(self, name):
        """By which a document is off the true time: what proves that its writer's clock is."""
        written = datetime.fromisoformat(self.document(name)["written_at"].replace("Z", "+00:00"))
        return (written - datetime.now(timezone.utc)).total_seconds()

    def probes(self):
        """The environments of three probes, or of one where it is static."""
        yield "true", {}
        if is_dynamic("healthprobe"):
            for name in ("ahead", "behind"):
                yield name, self.clocks[name].environment

    def ask(self, *names, **variables):
        services = [f"{name}-depth-collector" for name in names]
        found = self.probe("-t", "20s", "-o", "json", *services, **variables)
        self.assertEqual(found.stderr, "")
        lines = [json.loads(line) for line in found.stdout.splitlines()]
        self.assertEqual([line["service"] for line in lines], services)
        return lines

    def reason(self, name):
        return self.ask(name)[0]["reason"]

    def assert_all(self, exit_status, reason, checks, ages=(0, STALE_MS)):
        """Every probe says the same of every service; `checks` are those that do not pass."""
        for probe, variables in self.probes():
            for found in self.ask(*self.collectors, **variables):
                with self.subTest(service=found["service"], probe=probe):
                    self.assertEqual((found["exit"], found["reason"]), (exit_status, reason), found)
                    self.assertEqual(found["checks"], checks)
                    self.assertEqual(found["max_age_ms"], STALE_MS)
                    self.assertTrue(ages[0] <= found["age_ms"] <= ages[1], found)

    def check_of(self, name, check):
        return self.document(name).get("checks", {}).get(check, {})


class Steps(ClockCase):
    @test("healthy stays healthy, whoever's clock is off or steps", seconds=10)
    def test_healthy(self):
        self.start_all()
        self.assert_all(0, "healthy", {})
        self.step()
        self.assertGreater(self.apparent_offset("ahead"), DAY / 2)
        self.assertLess(self.apparent_offset("behind"), -DAY / 2)
        self.assert_all(0, "healthy", {})
        self.step(back=True)
        self.assert_all(0, "healthy", {})

    @test("a count neither forgets nor keeps for longer", seconds=15)
    def test_count(self):
        self.start_all()
        self.each("break", "dhan_token")
        self.wait_for_all("unhealthy")
        self.each("heal", "dhan_token")
        for back in (False, True):
            self.step(back)
            self.assert_all(1, "unhealthy", {"dhan_token": "fail"})
            for name in self.collectors:
                check = self.check_of(name, "dhan_token")
                self.assertGreaterEqual(check["value"], 1)
                self.assertTrue(WINDOW / 2 < check["clears_in_ms"] <= WINDOW, check)
        # And by the clock of the window it does clear.
        self.each("advance", "5m")
        self.wait_for_all("healthy")

    @test("an age limit passes in its time, though the clock steps there and back", seconds=25)
    def test_age(self):
        self.start_all()
        hung = {}
        for name, collector in self.collectors.items():
            collector.tell("hang")
            hung[name] = time.monotonic()
        self.step()
        self.step(back=True)
        self.step()
        failed = {}
        while len(failed) < len(hung):
            for name in hung:
                if name not in failed and self.document(name)["status"] == "unhealthy":
                    failed[name] = time.monotonic() - hung[name]
            self.assertLess(time.monotonic() - min(hung.values()), 60, failed)
            time.sleep(0.05)
        # The last snapshot was at most a round of the main loop before; a busy
        # machine may be later, but is so for all.
        for name, seconds in failed.items():
            self.assertGreater(seconds, LIMIT - 1, failed)
            self.assertLess(seconds, failed["true"] + 5, failed)
        self.assert_all(1, "unhealthy", {"snapshots_received": "fail"})
        for name in self.collectors:
            value = self.check_of(name, "snapshots_received")["value"]
            self.assertTrue(LIMIT <= value < 120, value)
        self.each("resume")
        self.wait_for_all("healthy")

    @test("the dead and the stopped are stale after three intervals, and not before", seconds=15)
    def test_stale(self):
        self.start_all()
        self.step()
        for number, collector in enumerate(self.collectors.values()):
            collector.signal(signal.SIGSTOP if number % 2 else signal.SIGKILL)
        for name in self.collectors:
            self.wait_until(lambda: self.reason(name) == "stale", 30, f"{name} is stale")
        self.assert_all(1, "stale", {}, (STALE_MS, 120_000))


class RedisSteps(ClockCase):
    """Redis expires keys by its own wall clock, so a step of that one is no secret to the probe.

    Redis itself runs under no such clock (its allocator asks for the time too early): the
    keys are made what a step makes of them.
    """

    @test("a step of Redis's own clock is over with the next beat", seconds=10)
    def test_redis(self):
        collector = self.start_collector("true")
        key = "health:true-depth-collector"
        back = (lambda: self.client.pexpire(key, DAY * 1000), "no-expiry")
        forth = (lambda: self.client.delete(key), "missing")
        for step, reason in (back, forth):
            self.wait_until(lambda: self.reason("true") == "healthy", 30, "healthy")
            collector.signal(signal.SIGSTOP)
            step()
            self.assertEqual(self.reason("true"), reason)
            collector.signal(signal.SIGCONT)
            self.wait_until(lambda: self.reason("true") == "healthy", 30, "healthy again")
