"""The services of the hunt: processes that are broken in every way, and what that makes of them."""

import collections
import os
import signal
import subprocess
import time

from harness.process import binary, clean_environment
from hunt.truth import ALWAYS, DEAD, HANGS, INTERVAL, MIXED, UNCLEAR, WORKS, History, Part

TTLS = (2, 5, 20)
LOG_LINES = 40
CONDITIONS = {"works": WORKS, "hangs": HANGS, "unclear": UNCLEAR}  # the other states are dead


class Process:
    """One process that writes a member's key; `state` is what it said last."""

    def __init__(self, member, number, variables):
        self.member = member
        self.file = os.path.join(member.fleet.folder, f"{member.name}.{number}.json")
        self.environment = clean_environment(HEARTBEAT_FILE=self.file, **variables)
        self.history = History(DEAD)
        self.state = "none"
        self.plan = "none"  # what it will be once the orders are carried out
        self.child = None
        self.buffer = b""

    def start(self, at):
        self.plan = "works"
        self._become("unclear", at)
        self.child = subprocess.Popen(
            [binary("hunted")],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.member.fleet.errors,
        )
        os.set_blocking(self.child.stdout.fileno(), False)
        self.member.fleet.watch(self)

    def order(self, word, plan):
        self.plan = plan
        self._become("unclear", time.monotonic())
        try:
            os.write(self.child.stdin.fileno(), f"{word}\n".encode())
        except BrokenPipeError:
            pass  # it crashed: its end is seen by ended()

    def send(self, number):
        self.child.send_signal(number)

    def kill(self):
        self.plan = "none"
        self._become("unclear", time.monotonic())
        self.send(signal.SIGKILL)
        self.child.wait()
        self._end(time.monotonic(), "killed")

    def freeze(self):
        self.plan = "frozen"
        self._become("unclear", time.monotonic())
        self.send(signal.SIGSTOP)
        os.waitid(os.P_PID, self.child.pid, os.WSTOPPED | os.WNOWAIT)
        self._become("frozen", time.monotonic())

    def thaw(self):
        self.send(signal.SIGCONT)
        self.order("work", "works")

    def read(self):
        """What it says; True at its end."""
        try:
            more = os.read(self.child.stdout.fileno(), 4096)
        except BlockingIOError:
            return False
        self.buffer += more
        *lines, self.buffer = self.buffer.split(b"\n")
        for line in lines:
            word, at = line.decode().split()
            self._become(word, float(at))
        return not more

    def ended(self):
        """The exit status once its output has ended."""
        status = self.child.wait()
        self._end(self.history.times[-1], "stopped")
        return status

    def _end(self, at, state):
        self.member.fleet.forget(self)
        self.child.stdin.close()
        self.child.stdout.close()
        self.child = None
        self._become(state, at)

    def _become(self, state, at):
        if state == self.state:
            return
        self.state = state
        with self.member.fleet.lock:
            self.history.become(CONDITIONS.get(state, DEAD), at)
            self.member.changed(at)

    @property
    def is_silent(self):
        return self.state in ("none", "killed", "stopped", "frozen")

    @property
    def is_busy(self):
        is_ending = self.state == "stopped" and self.child
        return self.state == "unclear" or self.plan == "restarts" or bool(is_ending)


class Member:
    """A service or a replica: its key, with the one or two processes that write it."""

    def __init__(self, fleet, service, instance="", clock=None):
        self.fleet, self.service, self.instance, self.clock = fleet, service, instance, clock
        self.name = f"{service}:{instance}" if instance else service
        self.history = History(DEAD)
        self.silent_since = ALWAYS
        self.log = collections.deque(maxlen=LOG_LINES)
        self.said = collections.deque(maxlen=2 * LOG_LINES)  # [FACE, VERDICT, first, last]
        variables = {
            "HEARTBEAT_REDIS_URL": fleet.redis_url,
            "HEARTBEAT_PREFIX": fleet.prefix,
            "HEARTBEAT_SERVICE": service,
            "HEARTBEAT_INSTANCE": instance or None,
            "HEARTBEAT_INTERVAL": f"{INTERVAL * 1000:.0f}ms",
            "HEARTBEAT_TTL": f"{TTLS[len(fleet.members) % len(TTLS)]}s",
            **(clock.environment if clock else {}),
        }
        self.processes = [Process(self, number, variables) for number in range(2)]

    def changed(self, at):
        """The processes of a member decide what it is."""
        states = {process.state for process in self.processes}
        if "unclear" in states:
            condition = UNCLEAR
        elif "works" in states:
            condition = MIXED if "hangs" in states else WORKS
        else:
            condition = HANGS if "hangs" in states else DEAD
        self.history.become(condition, at)
        is_silent = all(process.is_silent for process in self.processes)
        if not is_silent:
            self.silent_since = float("inf")
        elif self.silent_since == float("inf"):
            self.silent_since = at
        self.log.append(f"{at:.3f} {' and '.join(process.state for process in self.processes)}")
        self.fleet.changed(self, at)

    def note(self, face, verdict, at):
        """Keeps what was said, without what a face only says again."""
        latest = next((one for one in reversed(self.said) if one[0] == face), None)
        if latest and latest[1] == verdict:
            latest[3] = at
        else:
            self.said.append([face, verdict, at, at])

    @property
    def is_alone(self):
        return self.processes[1].is_silent or self.processes[0].is_silent

    @property
    def has_left(self):
        """The last of its processes stopped cleanly."""
        return bool(self.instance) and {process.state for process in self.processes} <= {"stopped", "none"}

    def part(self):
        siblings = self.fleet.replicas.get(self.service, ())
        left = self.has_left and any(not one.has_left for one in siblings)
        return Part(self.history, self.silent_since, left, self.is_alone)


class Fleet:
    """Members under a prefix of their own. `lock` is held while what is really so changes."""

    def __init__(self, number, folder, redis_url, lock, errors, watch, forget, clocks=()):
        self.number, self.prefix, self.redis_url = number, f"f{number}:", redis_url
        self.folder = os.path.join(folder, f"fleet-{number}")
        os.mkdir(self.folder)
        self.lock, self.errors, self.watch, self.forget = lock, errors, watch, forget
        self.has_right_clocks = not clocks
        self.members, self.replicas, self.services = {}, {}, {}
        self._clocks = list(clocks)

    def fill(self, size):
        """Two of five members are replicas, in pairs."""
        while len(self.members) < size:
            number = len(self.members)
            if number % 5 == 3 and number + 1 < size:
                pair = [self._add(f"w{number}", instance) for instance in "12"]
                self.replicas[f"w{number}"] = pair
                self.services[f"w{number}"] = History(UNCLEAR)
            else:
                self._add(f"s{number}")

    def _add(self, service, instance=""):
        clock = self._clocks.pop() if self._clocks else None
        member = Member(self, service, instance, clock)
        self.members[member.name] = member
        return member

    def changed(self, member, at):
        """The service of a replica works as soon as one of its replicas does."""
        if member.instance and member.service in self.replicas:
            works = [one.history.conditions[-1] == WORKS for one in self.replicas[member.service]]
            self.services[member.service].become(WORKS if any(works) else UNCLEAR, at)

    def history_of(self, name):
        member = self.members.get(name)
        return member.history if member else self.services.get(name)
