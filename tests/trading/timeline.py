"""Carries the plan out: makes each fault, waits until its rows fail, heals it, and waits until they
pass."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import re
import time
from typing import Callable

from faults import Fault, cgroup
from plan import LONG, Phases, Step
from stack import Stack
from watch import Look, Watch, wait

NOISE = 60  # seconds that a busy machine may add before a row counts as not seen


@dataclasses.dataclass
class Seen:
    seconds: float
    words: str
    limit: float
    delay: tuple[float, str] | None
    healed: float | None = None  # after the cause was removed; None: it took a restart


@dataclasses.dataclass
class Result:
    step: Step
    words: str
    began: float = 0
    ended: float = 0
    over: float = 0  # seconds after which all rows passed again, by themselves and without a heal
    rows: dict[tuple[str, str], Seen] = dataclasses.field(default_factory=dict)
    unseen: list[str] = dataclasses.field(default_factory=list)
    unhealed: list[str] = dataclasses.field(default_factory=list)
    # The first answer that was not healthy, for each service: with heartbeat, by hand.
    ours: dict[str, float | None] = dataclasses.field(default_factory=dict)
    hand: dict[str, tuple[float, str] | None] = dataclasses.field(default_factory=dict)


def part_of(look: Look, row: str) -> str:
    """The words about one row in a line, which may begin with words about Redis and the file."""
    found = re.search(rf"(?:^|[;:] )({re.escape(row)} .*?)(?:; |$)", look.text)
    return found[1] if found else look.text


def excuses(result: Result, service: str, look: Look, grace: float) -> bool:
    """Whether an alarm is of this fault: it is going on, or its rows are still told of."""
    if not result.began <= look.at <= result.ended + grace:
        return False
    rows = set(result.step.rows.get(service, ()))
    return look.at <= result.ended or bool(look.failing) and look.failing <= rows


class Timeline:
    def __init__(self, stack: Stack, faults: dict[str, Fault], watch: Watch, say: Callable[[str], None]):
        self.stack, self.faults, self.watch, self.say = stack, faults, watch, say
        self.results: dict[str, Result] = {}
        self.skipped: dict[str, str] = {}

    def run(self, phases: Phases) -> None:
        for phase in phases:
            with concurrent.futures.ThreadPoolExecutor(len(phase)) as pool:
                for done in [pool.submit(self.lane, lane) for lane in phase]:
                    done.result()

    def lane(self, steps: list[Step]) -> None:
        for step in steps:
            if step.fault.endswith("out-of-memory"):
                try:
                    cgroup().rmdir()
                except OSError as error:
                    self.skipped[step.fault] = f"no cgroup: {error}"
                    continue
            self.settle(step)
            self.results[step.fault] = result = self.carry_out(step)
            first = min((seen.seconds for seen in result.rows.values()), default=0)
            problems = "".join(f", NOT SEEN {row}" for row in result.unseen) + "".join(f", NOT HEALED {row}" for row in result.unhealed)
            self.say(f"{step.fault}: first seen after {first:.1f} s, took {result.ended - result.began:.0f} s{problems}")

    def settle(self, step: Step) -> None:
        """Both ways must find the services healthy before the next fault; all of them before one of
        Redis, which must alarm nobody else."""
        names = [n for n in self.watch.looks if n.removeprefix("hand-") in step.services or step.fault.startswith("redis:")]

        def healthy() -> bool:
            looks = [self.watch.now(name) for name in names]
            return all(look is not None and look.healthy for look in looks)

        wait(healthy, 90)

    def make(self, step: Step) -> list[Fault]:
        """The fault, and the same in the service's twin, where it is one of a process."""
        names = [step.fault]
        if f"hand-{step.fault}" in self.faults:
            names.append(f"hand-{step.fault}")
        made = [self.faults[name] for name in names]
        for fault in made:
            fault.break_()
        return made

    def carry_out(self, step: Step) -> Result:
        result = Result(step, self.faults[step.fault].words, began=time.monotonic())
        made = self.make(step)
        broken = time.monotonic()  # rabbitmqctl alone takes seconds
        wanted = [(service, row) for service, rows in step.rows.items() for row in rows]
        limit = max((self.allowed(step, service, row) for service, row in wanted), default=0)
        wait(lambda: all(self.failed(result, *key) for key in wanted), limit + NOISE)
        heals = made[0].heal is not None
        twins = [f"hand-{service}" for service in step.services if f"hand-{service}" in self.watch.looks]
        wait(lambda: all(self.alarm(twin, result.began) for twin in twins), step.patience)
        wait(lambda: time.monotonic() > broken + step.hold, step.hold)
        healed = time.monotonic() if heals else broken
        for fault in made:
            if fault.heal is not None:
                fault.heal()
        for name in step.restart:
            self.stack.restart_service(name)
            if f"hand-{name}" in self.stack.services:
                self.stack.restart_service(f"hand-{name}")
        wait(lambda: all(self.passes(*key) for key in wanted), 40 + NOISE)
        result.ended = time.monotonic()
        if not heals:
            result.over = self.last_pass(wanted, broken) - broken
        self.note(result, wanted, broken, healed)
        return result

    def note(self, result: Result, wanted: list[tuple[str, str]], broken: float, healed: float) -> None:
        step = result.step
        for service, row in wanted:
            look = self.failed(result, service, row)
            if look is None:
                result.unseen.append(f"{service} {row}")
                continue
            limit, delay = step.rows[service][row], step.delay(service, row)
            seen = Seen(max(0, look.at - broken), self.words(service, row, look), limit, delay)
            result.rows[service, row] = seen
            by_restart = row in LONG or step.fault.endswith((":kill", ":deadlock", ":out-of-memory"))
            last = max(healed, look.at)
            passed = self.watch.first(service, last, lambda look: row not in look.failing)
            if passed is None or not self.passes(service, row):
                result.unhealed.append(f"{service} {row}")
            elif not by_restart:
                seen.healed = max(0, passed.at - healed)
        for service in step.services:
            alarm = self.alarm(service, result.began)
            result.ours[service] = None if alarm is None else max(0, alarm.at - broken)
            if f"hand-{service}" in self.watch.looks:
                alarm = self.alarm(f"hand-{service}", result.began)
                result.hand[service] = None if alarm is None else (max(0, alarm.at - broken), alarm.text)

    def allowed(self, step: Step, service: str, row: str) -> float:
        return step.rows[service][row] + (step.delay(service, row) or (0, ""))[0]

    def last_pass(self, wanted: list[tuple[str, str]], broken: float) -> float:
        ends = []
        for service, row in wanted:
            look = self.watch.first(service, broken, lambda look: row in look.failing)
            passed = self.watch.first(service, look.at if look else broken, lambda look: row not in look.failing)
            ends.append(passed.at if passed else broken)
        return max(ends, default=broken)

    def words(self, service: str, row: str, first: Look) -> str:
        """Of the first line, or of a later one if that knows more: first a connection is lost, then
        the reconnect says why."""
        looks = [look for look in self.watch.looks[service] if first.at <= look.at <= first.at + 5]
        failing = [part_of(look, row) for look in looks if row in look.failing]
        return failing[-1] if failing and " is false: " in failing[-1] else part_of(first, row)

    def failed(self, result: Result, service: str, row: str) -> Look | None:
        return self.watch.first(service, result.began, lambda look: row in look.failing)

    def alarm(self, name: str, since: float) -> Look | None:
        return self.watch.first(name, since, lambda look: not look.healthy)

    def passes(self, service: str, row: str) -> bool:
        look = self.watch.now(service)
        return look is not None and row not in look.failing and look.verdict != "unhealthy"

    def false_alarms(self, prefix: str, grace: float) -> list[tuple[str, Look]]:
        """Turns to another verdict than healthy of a service that no fault touched."""
        alarms = []
        for name, looks in self.watch.looks.items():
            if name.startswith("hand-") != bool(prefix):
                continue
            service = name.removeprefix("hand-")
            touched = [r for r in self.results.values() if service in {*r.step.services, *r.step.also}]
            begun = min(r.began for r in self.results.values())
            for before, look in zip(looks, looks[1:]):
                if before.healthy and not look.healthy and look.at > begun and not self.watch.stood_still(look.at):
                    if not any(excuses(result, service, look, grace) for result in touched):
                        alarms.append((service, look))
        return alarms
