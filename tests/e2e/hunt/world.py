"""The hunt itself: steps in random order, each by its plan, whatever time the answers take."""

import collections
import os
import random
import selectors
import signal
import threading
import time

import redis.exceptions

from harness.wall_clock import DAY, LIBRARY, WallClock, is_dynamic
from hunt.faces import Faces, Lateness, Referee
from hunt.services import Fleet
from hunt.truth import AGE_LIMIT, FLEET_LIMIT, GONE, IN_ORDER, PAUSED, REFUSES, UNCLEAR, Redis

FLEETS = 5
CLOCKS = 4  # services with a wall clock of their own
STUCK = 15.0  # for an order that a service carries out in milliseconds
PACE = 1 / 16
ROSTER_BEGAN = ":since"
# Of each fleet, how many of its steps mend something, if there is something to mend.
MENDING = (0.1, 0.3, 0.6, 0.8, 0.9)
# What can be done to a process, by what it is, and how often.
ORDERS = {
    "none": {"start": 1},
    "works": {"hang": 3, "kill": 3, "stop": 3, "stop and start": 2, "kill and start": 2,
              "hang and work": 1, "freeze": 1},
    "hangs": {"work": 3, "kill": 1},
    "frozen": {"thaw": 3, "kill": 1},
}  # fmt: skip
MENDS = {"none": "start", "hangs": "work", "frozen": "thaw"}
# Of Redis, with the seconds that it lasts.
WEATHER = {"flush": (0, 0), "read-only": (2, 6), "full": (2, 6), "frozen": (1, 5), "paused": (1, 4),
           "restart": (0.2, 2)}  # fmt: skip
BECOMES = {"read-only": REFUSES, "full": REFUSES, "frozen": PAUSED, "paused": PAUSED, "restart": GONE}
CALM = (3, 8)
# From so many steps on a run has each kind: of the services and their clocks, and of Redis.
LONG, WITH_ALL_WEATHER = 500, 2_000


class Stuck(AssertionError):
    """A process does not do what it was told, or ends by itself."""


def kinds_missing(steps, has_clocks):
    """What a run of these steps, {KIND: COUNT}, should have tried and has not."""
    kinds = set()
    total = sum(steps.values())
    if total >= LONG:
        kinds = {order for orders in ORDERS.values() for order in orders} | {"second writer"}
        kinds |= {"clock"} if has_clocks else set()
    if total >= WITH_ALL_WEATHER:
        kinds |= {f"Redis: {kind}" for kind in WEATHER}
    return sorted(kind for kind in kinds if not steps.get(kind))


class Hunt:
    def __init__(self, folder, server, seed, services, errors):
        self.random = random.Random(seed)
        self.server = server
        self.client = server.client(socket_timeout=30)
        self.lock = threading.Lock()
        self.redis = Redis()
        self.selector = selectors.DefaultSelector()
        self.steps = collections.Counter()
        assert is_dynamic("hunted"), "nothing can step its clock"
        self.has_clocks = LIBRARY is not None
        sizes = [services // FLEETS + (number < services % FLEETS) for number in range(FLEETS)]
        self.fleets = []
        for number, size in enumerate(sizes):
            is_last = number == FLEETS - 1
            clocks = self._clocks(folder) if is_last else ()
            fleet = Fleet(number, folder, server.url, self.lock, errors, self._watch, self._forget, clocks)
            fleet.fill(size)
            self.fleets.append(fleet)
        self.lateness = Lateness()
        self.referee = Referee(self.lock, self.redis, self.lateness)
        self.faces = Faces(self.fleets, server, self.referee, random.Random(seed + 1))
        self.weather = None
        self.weather_ends = 0.0

    def _clocks(self, folder):
        if not self.has_clocks:
            return ()
        return [WallClock(folder, f"hunt-{number}") for number in range(CLOCKS)]

    def _watch(self, process):
        self.selector.register(process.child.stdout, selectors.EVENT_READ, process)

    def _forget(self, process):
        self.selector.unregister(process.child.stdout)

    # --- The run --------------------------------------------------------------

    def run(self, steps):
        # As if the rosters were an hour old: their youth is tested after each FLUSHALL.
        self._age_rosters()
        for fleet in self.fleets:
            for member in fleet.members.values():
                member.processes[0].start(time.monotonic())
                self.pump(0.005)
        self._settle()
        self.faces.start()
        self.pump(AGE_LIMIT)
        kinds = [kind for kind in WEATHER if kind != "flush"]
        self.random.shuffle(kinds)
        # The flush comes late: a run of 500 steps ends before its roster is old again.
        coming = collections.deque([*kinds[:2], "flush", *kinds[2:]])
        next_weather = time.monotonic() + self.random.uniform(3, 5)
        due = time.monotonic()
        while self.steps.total() < steps and not self.referee.wrong and not self.faces.errors:
            now = time.monotonic()
            if self.weather and now >= self.weather_ends:
                self._end_weather()
                next_weather = now + self.random.uniform(*CALM)
            elif not self.weather and now >= next_weather:
                self._begin_weather(coming.popleft())
                if not coming:
                    coming.extend(self.random.sample(list(WEATHER), len(WEATHER)))
                if not self.weather:
                    next_weather = now + self.random.uniform(*CALM)
            elif self.has_clocks and not self.steps["clock"] and 2 * self.steps.total() > steps:
                self._step_clock(self.random.choice(self._clocked()))  # chance has made none yet
            else:
                self._step()
            due += PACE
            self.pump(max(0.0, due - time.monotonic()))
        if self.weather:
            self._end_weather()
        self._finish()

    def _age_rosters(self):
        for fleet in self.fleets:
            self.client.zadd(f"{fleet.prefix}:services", {ROSTER_BEGAN: time.time() - 3600})

    def _finish(self):
        """Everything works again; then every face has the time to say so, and judges it."""
        for fleet in self.fleets:
            for member in fleet.members.values():
                first, second = member.processes
                if second.plan != "none":
                    self._kill(second)
                if first.plan in MENDS:
                    self._order(first, MENDS[first.plan])
        self._settle()
        self.pump(2 * FLEET_LIMIT)

    def end(self):
        self.faces.end()
        self.lateness.done.set()
        for fleet in self.fleets:
            for member in fleet.members.values():
                for process in member.processes:
                    if process.child and process.child.poll() is None:
                        process.child.kill()
                        process.child.wait()

    def pump(self, seconds):
        """Listens to the services for so long."""
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            for key, _ in self.selector.select(max(0.0, left)):
                self._listen(key.data)
            if left <= 0:
                return

    def _listen(self, process):
        if not process.read():
            return
        status = process.ended()
        if status != 0 or process.plan not in ("none", "restarts"):
            raise Stuck(f"{process.member.name} ended by itself: status {status}, plan {process.plan}, "
                        f"{'; '.join(process.member.log)}")  # fmt: skip
        if process.plan == "restarts":
            process.start(time.monotonic())

    def _settle(self, processes=None):
        """Until what was ordered is done."""
        end = time.monotonic() + STUCK
        while busy := [one for one in processes or self._processes() if one.is_busy]:
            if time.monotonic() > end:
                names = ", ".join(f"{one.member.name} ({one.plan})" for one in busy)
                raise Stuck(f"not within {STUCK:g} s: {names}")
            self.pump(0.01)

    def _processes(self):
        return [one for fleet in self.fleets for member in fleet.members.values() for one in member.processes]

    def _clocked(self):
        return [member for member in self.fleets[-1].members.values() if member.clock]

    # --- Steps of one service ---------------------------------------------------

    def _step(self):
        place = self.random.randrange(FLEETS)
        members = list(self.fleets[place].members.values())
        if self.random.random() < MENDING[place]:
            broken = [one for one in members if one.processes[0].plan in MENDS]
            if broken:
                process = self.random.choice(broken).processes[0]
                return self._order(process, MENDS[process.plan])
        member = self.random.choice(members)
        first, second = member.processes
        chance = self.random.random()
        if member.clock and chance < 0.3:
            return self._step_clock(member)
        process = first
        if second.plan != "none":
            process = self.random.choice(member.processes)
        elif first.plan in ("works", "hangs") and chance < 0.08:
            return self._order(second, "second writer")
        orders = ORDERS[process.plan]
        order = self.random.choices(list(orders), orders.values())[0]
        self._order(process, order)

    def _order(self, process, order):
        self._settle([process])
        self.steps[order] += 1
        now = time.monotonic()
        process.member.log.append(f"{now:.3f} {order}")
        if order in ("start", "second writer"):
            process.start(now)
        elif order == "kill":
            process.kill()
        elif order == "kill and start":
            process.kill()
            process.start(time.monotonic())
        elif order == "stop":
            process.order("stop", "none")
        elif order == "stop and start":
            process.order("stop", "restarts")
            self._settle([process])
        elif order == "hang":
            process.order("hang", "hangs")
        elif order == "hang and work":
            process.order("hang", "hangs")
            self.pump(self.random.uniform(0, 0.1))
            self._settle([process])
            process.order("work", "works")
        elif order == "work":
            process.order("work", "works")
        elif order == "freeze":
            process.freeze()
        elif order == "thaw":
            process.thaw()

    def _kill(self, process):
        self._settle([process])
        process.kill()

    def _step_clock(self, member):
        self.steps["clock"] += 1
        offset = self.random.choice((-DAY, -3600, -30, 0, 30, 3600, DAY))
        member.log.append(f"{time.monotonic():.3f} wall clock {offset:+d} s")
        member.clock.step(offset)

    # --- Steps of Redis -----------------------------------------------------------

    def _become(self, condition):
        with self.lock:
            self.redis.history.become(condition, time.monotonic())

    def _begin_weather(self, kind):
        self.steps[f"Redis: {kind}"] += 1
        seconds = self.random.uniform(*WEATHER[kind])
        self._become(UNCLEAR)
        if kind == "flush":
            return self._flush()
        self.weather, self.weather_ends = kind, time.monotonic() + seconds
        if kind == "read-only":
            self.client.config_set("min-replicas-to-write", 1)
        elif kind == "full":
            self.client.config_set("maxmemory", 1)
        elif kind == "frozen":
            self.server.freeze()
        elif kind == "paused":
            self.client.execute_command("CLIENT", "PAUSE", int(seconds * 1000), "ALL")
        elif kind == "restart":
            self.server.stop()
            self._emptied()
        self._become(BECOMES[kind])

    def _end_weather(self):
        kind, self.weather = self.weather, None
        if kind == "read-only":
            self.client.config_set("min-replicas-to-write", 0)
        elif kind == "full":
            self.client.config_set("maxmemory", 0)
        elif kind == "frozen":
            self.server.thaw()
        elif kind == "restart":
            self.server.start()
            self._emptied()
        self.client.ping()
        self._become(IN_ORDER)

    def _flush(self):
        self.client.flushall()
        self._emptied()
        self._become(IN_ORDER)

    def _emptied(self):
        with self.lock:
            self.redis.emptied.append(time.monotonic())
