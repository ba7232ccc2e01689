"""A wall clock that is a day off, or steps by a day, changes no verdict.

Schedules are left out: market hours are the wall clock's by nature.
"""

import json
import signal
import time
from datetime import datetime, timezone

import pytest

from harness.service import Service
from harness.waiting import wait_until
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


class Clocks:
    """Depth collectors, each with a clock of its own."""

    def __init__(self, folder, redis, probe, start_service):
        self.redis, self.probe, self.start_service = redis, probe, start_service
        self.clocks = {name: WallClock(folder, name, by) for name, by in OFFSETS.items()}
        self.collectors = {}

    def start_collector(self, name):
        variables = {**TIMES, "HEARTBEAT_PREFIX": f"health:{name}-", "clock": self.clocks[name]}
        return self.start_service("depth-collector", tag=f"-{name}", kind=Collector, **variables)

    def start_all(self):
        self.collectors = {name: self.start_collector(name) for name in self.clocks}
        self.wait_for_all("healthy")

    def wait_for_all(self, status):
        for name in self.collectors:
            wait_until(
                lambda: self.document(name).get("status") == status, 60, f"{name} is {status}"
            )

    def document(self, name):
        return self.redis.document(f"{name}-depth-collector")

    def each(self, *words):
        for collector in self.collectors.values():
            collector.tell(*words)

    def step(self, back=False):
        """Steps those that do so, and waits until they have written by their new time."""
        for name, by in STEPS.items():
            self.clocks[name].step(0 if back else by)
        for name, offset in ({} if back else STEPS).items():
            wait_until(
                lambda: abs(self.apparent_offset(name) - offset) < DAY / 2,
                60,
                f"{name} writes by its new time",
            )

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
        lines = []
        for name in names:
            prefix = ("--prefix", f"health:{name}-")
            found = self.probe("-t", "20s", "-o", "json", *prefix, "depth-collector", **variables)
            assert found.stderr == ""
            lines.append(json.loads(found.stdout))
        return lines

    def reason(self, name):
        return self.ask(name)[0]["reason"]

    def assert_all(self, exit_status, reason, checks, ages=(0, STALE_MS)):
        """Every probe says the same of every service; `checks` are those that do not pass."""
        for probe, variables in self.probes():
            for found in self.ask(*self.collectors, **variables):
                seen = f"by the probe whose clock is {probe}: {found}"
                assert (found["exit"], found["reason"]) == (exit_status, reason), seen
                states = {name: check["state"] for name, check in found["checks"].items()}
                assert {name: state for name, state in states.items() if state != "pass"} == checks, seen
                assert found["max_age_ms"] == STALE_MS, seen
                assert ages[0] <= found["age_ms"] <= ages[1], seen

    def check_of(self, name, check):
        return self.document(name).get("checks", {}).get(check, {})


@pytest.fixture
def clocks(tmp_path, redis, probe, start_service):
    return Clocks(tmp_path, redis, probe, start_service)


@pytest.mark.slow(10)
def test_healthy_stays_healthy_whoever_has_a_clock_that_is_off_or_steps(clocks):
    clocks.start_all()
    clocks.assert_all(0, "healthy", {})
    clocks.step()
    assert clocks.apparent_offset("ahead") > DAY / 2
    assert clocks.apparent_offset("behind") < -DAY / 2
    clocks.assert_all(0, "healthy", {})
    clocks.step(back=True)
    clocks.assert_all(0, "healthy", {})


@pytest.mark.slow(15)
def test_a_count_neither_forgets_nor_keeps_for_longer(clocks):
    clocks.start_all()
    clocks.each("break", "dhan_token")
    clocks.wait_for_all("unhealthy")
    clocks.each("heal", "dhan_token")
    for back in (False, True):
        clocks.step(back)
        clocks.assert_all(1, "unhealthy", {"dhan_token": "fail"})
        for name in clocks.collectors:
            check = clocks.check_of(name, "dhan_token")
            assert check["value"] >= 1
            assert WINDOW / 2 < check["clears_in_ms"] <= WINDOW, check
    # And by the clock of the window it does clear.
    clocks.each("advance", "5m")
    clocks.wait_for_all("healthy")


@pytest.mark.slow(25)
def test_an_age_limit_passes_in_its_time_though_the_clock_steps_there_and_back(clocks):
    clocks.start_all()
    hung = {}
    for name, collector in clocks.collectors.items():
        collector.tell("hang")
        hung[name] = time.monotonic()
    clocks.step()
    clocks.step(back=True)
    clocks.step()
    failed = {}
    while len(failed) < len(hung):
        for name in hung:
            if name not in failed and clocks.document(name)["status"] == "unhealthy":
                failed[name] = time.monotonic() - hung[name]
        assert time.monotonic() - min(hung.values()) < 120, failed
        time.sleep(0.05)
    # The last snapshot was at most a round of the main loop before; a busy
    # machine may be later, but is so for all.
    for name, seconds in failed.items():
        assert seconds > LIMIT - 1, failed
        assert seconds < failed["true"] + 20, failed
    clocks.assert_all(1, "unhealthy", {"snapshots_received": "fail"})
    for name in clocks.collectors:
        value = clocks.check_of(name, "snapshots_received")["value"]
        assert LIMIT <= value < 120, value
    clocks.each("resume")
    clocks.wait_for_all("healthy")


@pytest.mark.slow(15)
def test_the_dead_and_the_stopped_are_stale_after_three_intervals_and_not_before(clocks):
    clocks.start_all()
    clocks.step()
    for number, collector in enumerate(clocks.collectors.values()):
        collector.signal(signal.SIGSTOP if number % 2 else signal.SIGKILL)
    for name in clocks.collectors:
        wait_until(lambda: clocks.reason(name) == "stale", 60, f"{name} is stale")
    clocks.assert_all(1, "stale", {}, (STALE_MS, 120_000))


# Redis expires keys by its own wall clock, so a step of that one is no secret to the probe.
# Redis itself runs under no such clock (its allocator asks for the time too early): the keys
# are made what a step makes of them.
@pytest.mark.slow(10)
@pytest.mark.parametrize(
    "step, reason",
    [
        pytest.param(lambda client, key: client.pexpire(key, DAY * 1000), "no-expiry", id="back"),
        pytest.param(lambda client, key: client.delete(key), "missing", id="forth"),
    ],
)
def test_a_step_of_the_clock_of_redis_is_over_with_the_next_beat(client, clocks, step, reason):
    collector = clocks.start_collector("true")
    wait_until(lambda: clocks.reason("true") == "healthy", 60, "healthy")
    collector.signal(signal.SIGSTOP)

    def stepped():  # again: a beat may have been on its way
        step(client, "health:true-depth-collector")
        return clocks.reason("true") == reason

    wait_until(stepped, 60, f"it is {reason}")
    collector.signal(signal.SIGCONT)
    wait_until(lambda: clocks.reason("true") == "healthy", 60, "healthy again")
