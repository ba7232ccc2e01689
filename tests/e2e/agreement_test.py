"""Every face of a fleet says the same: the single check, --watch, healthboard and the monitor.

Random fleets, each under a prefix of its own, with the same random options for all faces. More
of them: E2E_FLEETS=500 pytest agreement_test.py, for each of four tests. E2E_SEED repeats a failure.
"""

import http.client
import json
import os
import random
import re
import select
import socket
import subprocess
import time

import pytest

from harness.monitor import SCRIPTS
from harness.ports import free_port
from harness.probe import PATIENT, run
from harness.process import binary, clean_environment, spawn

# Fleets in each run: a sanitized build takes about a second for each.
PARTS, FLEETS = 4, 6
FIRST_PORT_TRY = 0.005
# Seconds that a key has left of its TTL. No limit of an age lies between them while all are asked.
TTL, INTERVAL = 36_000, 6_000
FRESH, STALE = TTL - 1_000, TTL - 30_000
SERVICES = ("a", "b.c", "worker", "worker2", "x")
REPLICAS = ("worker:1", "worker:2", "worker:3", "a:1", "x:9")
ROW = re.compile(r"^(?:\S+Z )?(\S+) (\w+) \[([\w-]+)\]: ")
LOST = re.compile(r" (?:Redis is lost|services are unknown) \[([a-z-]+)\]")
RANK = ("healthy", "starting", "degraded", "unknown", "unhealthy")


class Fleet:
    """What is in Redis, and what is asked; all of it follows from the seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.prefix = f"p{seed}:"
        self.members = self.random.sample(SERVICES + REPLICAS, self.random.randint(0, 7))
        self.keys = {name: self.value(name) for name in self.members}
        self.roster = [name for name in self.members if self.random.random() < 0.8]
        if self.random.random() < 0.1:
            self.roster += ["no name", "a:b:c"]
        self.has_broken_roster = self.random.random() < 0.03
        always = {"HEARTBEAT_PREFIX": self.prefix, **PATIENT}
        self.environment = {**always, **self.options()}
        self.scope = self.random.choice(("names", "names", "all", "scan"))
        self.names = []
        if self.scope == "names":
            self.names = self.random.sample(SERVICES, self.random.randint(1, 3))
        self.asked_by_name = self.random.sample(SERVICES, 2)

    def value(self, name):
        """A key's value and its time to live in seconds; None for no key."""
        service, _, instance = name.partition(":")
        statuses = ("healthy",) * 4 + ("degraded", "starting", "unhealthy")
        document = {"status": self.random.choice(statuses), "service": service, "reason": "words",
                    "ttl_ms": TTL * 1000, "interval_ms": INTERVAL * 1000,
                    "error_count": self.random.choice((0, 9)),
                    "instance": {"host": self.random.choice((socket.gethostname(), "elsewhere")),
                                 **({"name": instance} if instance else {})}}  # fmt: skip
        odd = ("stale", "missing", "foreign", "malformed", "no expiry",
               "list", "of another", "large", "old writer")  # fmt: skip
        kind = self.random.choice(("fresh",) * 8 + odd)
        if kind == "missing":
            return None
        if kind == "malformed":
            return self.random.choice(("", "x", "[]", '{"status":"well"}', '{"status":1}')), FRESH
        if kind == "list":
            return [1], FRESH
        if kind == "foreign":
            return json.dumps({"status": document["status"]}), FRESH
        if kind == "of another":
            return json.dumps({**document, "service": "other"}), FRESH
        if kind == "large":
            return json.dumps({**document, "padding": "x" * 70_000}), FRESH
        if kind == "old writer":
            return json.dumps({**document, "ttl_ms": 5_000}), FRESH
        return json.dumps(document), {"stale": STALE, "no expiry": None}.get(kind, FRESH)

    def options(self):
        choices = {"HEALTHPROBE_DEGRADED_OK": ("1",), "HEALTHPROBE_STARTING_OK": ("1",),
                   "HEALTHPROBE_ON_REDIS_ERROR": ("pass",), "HEALTHPROBE_MIN_HEALTHY": ("1", "2"),
                   "HEALTHPROBE_MAX_AGE": ("2s", "10h"), "HEALTHPROBE_TTL": ("10h",),
                   "HEALTHPROBE_OWN": ("1",),
                   "HEALTHPROBE_EXPECT": ("error_count < 5",)}  # fmt: skip
        return {name: self.random.choice(values) for name, values in choices.items()
                if self.random.random() < 0.25}  # fmt: skip

    def write(self, client):
        now = time.time()
        with client.pipeline(transaction=False) as pipe:
            for name, found in self.keys.items():
                if found is None:
                    continue
                value, seconds = found
                key = self.prefix + name
                if isinstance(value, list):
                    pipe.rpush(key, *value)
                    pipe.pexpire(key, seconds * 1000)
                else:
                    pipe.set(key, value, px=seconds and seconds * 1000)
            if self.has_broken_roster:
                pipe.set(f"{self.prefix}:services", "x")
            elif self.roster:
                pipe.zadd(f"{self.prefix}:services", {name: now - 90 for name in self.roster})
            pipe.execute()

    def delete(self, client):
        client.delete(f"{self.prefix}:services", *(self.prefix + name for name in self.members))

    def __str__(self):
        held = {}
        for name, found in self.keys.items():
            held[name] = found and (str(found[0])[:120], found[1])
        return f"{self.scope} {self.names}, {self.environment}, roster {self.roster}, keys {held}"


def told(verdicts):
    return [(one["service"], one["verdict"], one["reason"]) for one in verdicts]


def rows_of(lines):
    """(service, verdict, reason) of each JSON line."""
    return told(map(json.loads, lines))


def rows_in(text):
    """The same, of each line of the log."""
    rows = []
    for line in text.decode().splitlines():
        if found := ROW.match(line):
            rows.append(found.groups())
        elif found := LOST.search(line):
            rows.append(("Redis", "unknown", found[1]))
    return rows


class Agreement:
    def __init__(self, folder, redis):
        self.folder, self.redis = folder, redis

    def check(self, fleet):
        environment = clean_environment(HEARTBEAT_REDIS_URL=self.redis.url, **fleet.environment)
        scope = fleet.names or [f"--{fleet.scope}"]
        rows, exit_status = self.single_check(environment, *scope)
        # One row on Redis stands for all where Redis told nothing about any service.
        is_outage = all(verdict == "unknown" for _, verdict, _ in rows)
        expected = [("Redis", *rows[0][1:])] if is_outage else rows
        found = self.watched(environment, scope, len(expected))
        assert sorted(found) == sorted(expected), "--watch"
        self.check_healthboard(fleet, environment, rows, exit_status)
        self.check_monitor(fleet, environment, rows, exit_status)

    def single_check(self, environment, *arguments):
        found = run([binary("healthprobe"), *arguments, "-o", "json"], environment)
        assert found.exit in (0, 1), found
        assert found.stderr == ""
        return rows_of(found.stdout.splitlines()), found.exit

    def watched(self, environment, scope, count):
        """The first rows of the log."""
        process = spawn([binary("healthprobe"), "--watch", *scope], env=environment,
                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
        text, end = b"", time.monotonic() + 60
        while time.monotonic() < end and len(rows := rows_in(text)) < count:
            if select.select([process.stdout], [], [], 1)[0]:
                more = os.read(process.stdout.fileno(), 65536)
                if not more:
                    break
                text += more
        process.kill()
        process.communicate()
        return rows

    def check_healthboard(self, fleet, environment, rows, exit_status):
        port = free_port()
        scope = fleet.names or ["--scan"] * (fleet.scope == "scan")
        command = [binary("healthboard"), "--listen", f"127.0.0.1:{port}", *scope]
        board = spawn(command, env=environment)
        try:
            status, body = self.get(port, "/health")
            found = told(json.loads(body)["services"])
            assert (status == 200, found) == (exit_status == 0, rows), "/health"
            for name in fleet.asked_by_name:
                of_one, exit_of_one = self.single_check(environment, name)
                status, body = self.get(port, f"/health/{name}")
                found = rows_of(body.splitlines())
                assert (status == 200, found) == (exit_of_one == 0, of_one), f"/health/{name}"
        finally:
            board.kill()
            board.wait()

    def get(self, port, path):
        end = time.monotonic() + 60
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                return answer.status, answer.read().decode()
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise
                time.sleep(FIRST_PORT_TRY)
            finally:
                connection.close()

    def check_monitor(self, fleet, environment, rows, exit_status):
        if rows[0][0] == "*":
            return  # there is no service to speak of
        state = os.path.join(self.folder, f"state-{fleet.prefix}")
        if fleet.scope == "scan":
            environment["HEALTHPROBE_SCAN"] = "1"
        command = [SCRIPTS / "healthprobe-monitor", "--state", state]
        command += ["--healthprobe", binary("healthprobe"), *(fleet.names or ["--all"])]
        found = run(command, environment)
        environment.pop("HEALTHPROBE_SCAN", None)
        assert found.stderr == "", found
        passing = {"healthy"}
        for word in ("degraded", "starting"):
            if f"HEALTHPROBE_{word.upper()}_OK" in fleet.environment:
                passing.add(word)
        names = fleet.names or sorted({name.partition(":")[0] for name, _, _ in rows})
        expected = {}
        for name in names:
            of_one, _ = self.single_check(environment, name)
            failing = [row for row in of_one if row[1] not in passing]
            worst = max((row[1] for row in failing), key=RANK.index, default=None)
            if worst:
                reasons = {reason for _, verdict, reason in failing if verdict == worst}
                expected[name] = worst, reasons
        if len(names) > 1 and {verdict for verdict, _ in expected.values()} == {"unknown"}:
            common = set.intersection(*(reasons for _, reasons in expected.values()))
            if len(expected) == len(names) and common:  # that no service can be judged is said once
                expected = {"*": ("unknown", common)}
        lines = rows_in(found.stdout.encode())
        said = {name: (verdict, reason) for name, verdict, reason in lines}
        assert set(said) == set(expected), (found, rows)
        for name, (verdict, reasons) in expected.items():
            assert said[name][0] == verdict, found
            assert said[name][1] in reasons, found
        assert found.exit == (1 if expected else 0), found


@pytest.mark.slow(20)
@pytest.mark.parametrize("part", range(PARTS))
def test_the_single_check_watch_healthboard_and_the_monitor_agree_on_random_fleets(
    redis, client, tmp_path, part
):
    agreement = Agreement(tmp_path, redis)
    count = int(os.environ.get("E2E_FLEETS", FLEETS))
    first = int(os.environ.get("E2E_SEED", time.time())) + part * count
    for seed in range(first, first + count):
        fleet = Fleet(seed)
        fleet.write(client)
        try:
            agreement.check(fleet)
        except Exception as error:
            pytest.fail(f"{error}\n{fleet}\nrepeat with E2E_FLEETS=1 E2E_SEED={seed}")
        fleet.delete(client)
