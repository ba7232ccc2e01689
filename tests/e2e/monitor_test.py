"""healthprobe-monitor speaks when something changed, and only then."""

import fcntl
import os
import shutil
import time

from harness import test
from harness.monitor import SCRIPTS, MonitorCase
from harness.probe import run
from harness.process import binary, clean_environment
from harness.values import document


class Changes(MonitorCase):
    @test("it says what fails, what changes and what recovers, each once")
    def test_changes(self):
        self.put("ingestion", "healthy")
        for _ in range(2):
            self.says(0)
        self.put("ingestion", "unhealthy", reason="websocket_connected is false")
        (line,) = self.says(1, "ingestion unhealthy [unhealthy]: websocket_connected is false")
        self.assertNotIn("was", line)
        self.says(1)
        self.put("ingestion", "unhealthy", reason="ticks_received 75s ago")  # of the same reason
        self.says(1)
        self.client.delete("health:ingestion")
        (line,) = self.says(1, "ingestion unhealthy [missing]: no key health:ingestion")
        self.assertRegex(line, r"\(was unhealthy \[unhealthy\] for \d+s\)$")
        self.put("ingestion", "degraded")
        self.says(1, "ingestion degraded [degraded]: ")
        self.put("ingestion", "healthy")
        (line,) = self.says(0, "ingestion healthy [healthy]: ")
        self.assertRegex(line, r"\(was degraded \[degraded\] for \d+s\)$")
        self.says(0)

    @test("the first run speaks only about what is not healthy")
    def test_first_run(self):
        self.put("ingestion", "healthy")
        self.put("worker-1", "starting")
        of = ("ingestion", "worker-1", "worker-2")
        self.says(1, "worker-1 starting [", "worker-2 unhealthy [missing]", of=of)

    @test("an outage of Redis is a change too")
    def test_outage(self):
        self.put("ingestion", "healthy")
        self.says(0)
        self.redis.stop()
        self.says(1, "ingestion unknown [unreachable]: ")
        self.says(1)

    @test("the services come from arguments, a list or a variable")
    def test_services(self):
        self.says(1, "a unhealthy [m", "b unhealthy [m", of=(), HEARTBEAT_SERVICES=" a, b  a")
        path = os.path.join(self.folder, "list")
        with open(path, "w") as file:
            file.write("# ours\n\nc  # the third\n  d\na\n-e")
        lines = [f"{name} unhealthy [missing]: " for name in ("c", "d", "-e", "f", "-g")]
        self.says(1, *lines, of=("f", "--", "-g"), options=("--list", path))
        # What another crontab line asks about is kept.
        self.assertEqual(sorted(self.rows()), ["-e", "-g", "a", "b", "c", "d", "f"])

    @test("each of many services is heard, though one answer has no room for them")
    def test_many(self):
        names = [f"service-{number}-" + "x" * 100 for number in range(40)]
        for name in names:
            self.put(name, "unhealthy", reason="y" * 200)
        self.put(names[7], "healthy")
        bad = [name for name in names if name != names[7]]
        self.says(1, *(f"{name} unhealthy [unhealthy]: " for name in bad), of=names)
        self.says(1, of=names)

    @test("a service that has only replicas is as bad as the worst of them")
    def test_replicas(self):
        roster = "health::services"
        for number in "123":
            self.put(f"worker:{number}", "healthy")
            self.client.zadd(roster, {f"worker:{number}": time.time()})
        self.says(0, of=("worker",))
        self.assertEqual(self.rows()["worker"][:2], ["healthy", "healthy"])
        self.put("worker:2", "degraded", reason="late")
        self.put("worker2", "unhealthy")
        self.says(1, "worker degraded [degraded]: worker:2: late", of=("worker",))
        self.says(0, of=("worker",), options=("--degraded-ok",))
        self.client.delete("health:worker:3")
        (line,) = self.says(1, "worker unhealthy [missing]: worker:3: no key health:worker:3", of=("worker",))
        self.assertIn("; 2 replicas are not healthy (was ", line)
        self.says(1, of=("worker",), HEALTHPROBE_MIN_HEALTHY="2")
        self.put("worker", "healthy")  # a key of its own is the whole answer
        self.says(0, "worker healthy [healthy]: ", of=("worker",))

    @test("replicas that the probe has no room to list are healthy only if all of them are")
    def test_many_replicas(self):
        with self.client.pipeline() as pipe:
            for number in range(400):
                pipe.setex(f"health:worker:{number}", 60, document("healthy"))
            pipe.zadd("health::services", {f"worker:{number}": time.time() for number in range(400)})
            pipe.execute()
        self.put("a", "degraded")
        of = ("a", "worker")
        self.says(1, "a degraded [", of=of)
        self.put("worker:377", "unhealthy")
        self.says(1, "worker unhealthy [unhealthy]: worker:377: ", of=of)

    @test("--all asks about the roster, or about what it knows where that cannot be read")
    def test_all(self):
        for name in ("a", "worker:1", "worker:2"):
            self.put(name, "healthy")
            self.client.zadd("health::services", {name: time.time()})
        self.client.zadd("health::services", {"gone": time.time() - 90})
        self.put("foreign", "degraded")
        all_of = {"of": (), "options": ("--all",)}
        self.says(1, "gone unhealthy [missing]", **all_of)
        self.assertEqual(sorted(self.rows()), ["a", "gone", "worker"])
        self.says(1, "foreign degraded [", **all_of, HEALTHPROBE_SCAN="1")
        self.redis.stop()
        names = ("a", "foreign", "gone", "worker")
        self.says(1, *(f"{name} unknown [unreachable]" for name in names), **all_of)
        os.remove(self.state)
        found = self.run_monitor("--all")
        self.assertEqual((found.exit, found.stdout), (2, ""), found)
        self.assertRegex(found.stderr, r"^healthprobe-monitor: --all: no service found: \* unknown \[unreachable\].*\n$")

    @test("--after waits for so many bad runs in a row")
    def test_after(self):
        options = ("--after", "3")
        for status in ("unhealthy", "degraded", "healthy", "unhealthy", "unhealthy"):
            self.put("ingestion", status)
            self.says(0 if status == "healthy" else 1, options=options)
        self.says(1, "ingestion unhealthy [", options=options)
        self.says(1, options=options)
        self.put("ingestion", "healthy")
        self.says(0, "ingestion healthy [", options=options)

    @test("--by verdict hears no new reason")
    def test_by_verdict(self):
        options = ("--by", "verdict")
        self.put("ingestion", "unhealthy")
        self.says(1, "ingestion unhealthy [unhealthy]", options=options)
        self.client.delete("health:ingestion")
        self.says(1, options=options)
        self.put("ingestion", "degraded")
        self.says(1, "ingestion degraded [", options=options)

    @test("what is let pass is no failure, and from there to healthy is no recovery")
    def test_tolerance(self):
        options = ("--degraded-ok",)
        for status in ("degraded", "healthy", "degraded"):
            self.put("ingestion", status)
            self.says(0, options=options)
            self.says(0, HEALTHPROBE_DEGRADED_OK="1")
        self.put("ingestion", "starting")
        self.says(1, "ingestion starting [", options=options)
        self.put("ingestion", "degraded")
        self.says(0, "ingestion degraded [", options=options)

    @test("--remind says it again, once each time")
    def test_remind(self):
        options = ("--remind", "1h")
        self.put("ingestion", "unhealthy")
        self.says(1, "ingestion unhealthy [", options=options)
        self.age_state(3500)
        self.says(1, options=options)
        self.age_state(101)
        (line,) = self.says(1, "ingestion unhealthy [", options=options)
        self.assertTrue(line.endswith("(still not healthy after 60m)"), line)
        self.says(1, options=options)
        self.age_state(3600)
        (line,) = self.says(1, "ingestion unhealthy [", options=options)
        self.assertTrue(line.endswith("(still not healthy after 2h)"), line)
        # The clock was a day ahead, and is set right.
        self.age_state(-86400)
        self.says(1, options=options)
        self.age_state(3600)
        self.says(1, "ingestion unhealthy [", options=options)


class StateFile(MonitorCase):
    @test("a damaged state file is put aside, and everything said anew")
    def test_damaged(self):
        self.put("ingestion", "unhealthy")
        self.says(1, "ingestion ")
        with open(self.state, "rb") as file:
            whole = file.read()
        for damaged in (
            b"", b"\0" * 80, b"\xff\xfe\n", whole[:30], whole + b"x", whole.replace(b" 1\n", b" 2\n"),
            whole + b"worker-1 healthy healthy 08 1 0 1\n", whole + b"a b c $(id) 1 1 1\n",
            whole + b"a healthy healthy 1 1 999999999999999999999 1\n",
        ):  # fmt: skip
            with self.subTest(damaged=damaged):
                with open(self.state, "wb") as file:
                    file.write(damaged)
                found = self.run_monitor("ingestion")
                self.assertRegex(found.stdout, r"^ingestion unhealthy \[.*\n$")
                self.assertRegex(found.stderr, r"^healthprobe-monitor: .* is damaged, .*\n$")
                self.assertEqual(found.exit, 1)
                with open(self.state + ".damaged", "rb") as file:
                    self.assertEqual(file.read(), damaged)
                self.says(1)

    @test("a service that nobody asked about for a month is forgotten")
    def test_forgotten(self):
        day = 86400
        for age in (29 * day, 31 * day):
            then = int(time.time()) - age
            with open(self.state, "w") as file:
                file.write(f"healthprobe-monitor 1\nold stale stale {then} {then} 1 {then}\n")
            self.put("ingestion", "healthy")
            self.says(0)
            self.assertEqual("old" in self.rows(), age == 29 * day)

    @test("it is replaced as a whole and leaves nothing beside it")
    def test_atomic(self):
        self.put("ingestion", "healthy")
        self.says(0)
        first = os.stat(self.state)
        self.says(0)
        self.assertNotEqual(first.st_ino, os.stat(self.state).st_ino)
        self.assertEqual(first.st_mode & 0o777, 0o600)
        beside = sorted(name for name in os.listdir(self.folder) if name.startswith("monitor"))
        self.assertEqual(beside, ["monitor.state", "monitor.state.lock"])

    @test("where there can be none, the run fails")
    def test_place(self):
        self.put("ingestion", "healthy")
        self.state = "/proc/nothing/state"
        found = self.run_monitor("ingestion")
        self.assertEqual((found.exit, found.stdout), (2, ""), found)
        self.assertRegex(found.stderr, r"^healthprobe-monitor: cannot write /proc/nothing.*\n$")

    @test("a run that finds another at work leaves silently, unless that one hangs", seconds=12)
    def test_lock(self):
        self.put("ingestion", "unhealthy")
        with open(self.state + ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            lock.write(f"{int(time.time())}\n")
            lock.flush()
            self.says(0)
            lock.seek(0)
            lock.write(f"{int(time.time()) - 1200}\n")
            lock.flush()
            found = self.run_monitor("ingestion")
            self.assertEqual((found.exit, found.stdout), (2, ""), found)
            self.assertRegex(found.stderr, r"for 20m: it hangs\n$")
        self.says(1, "ingestion ")


class Mistakes(MonitorCase):
    @test("a wrong use is one clear line, and exit status 2")
    def test_usage(self):
        for arguments, says in (
            ((), "no service given"), (("a b",), "'a b' is not a valid name"),
            (("x" * 129,), "at most 128"), (("--frob", "a"), "unknown option '--frob'"),
            (("a", "--notify"), "--notify needs a value"), (("--after", "0", "a"), "'0'"),
            (("--remind", "1y", "a"), "'1y' is not a duration"), (("--by", "x", "a"), "verdict, reason"),
            (("--notify-limit", "08", "a"), "'08'"), (("--list", "/nowhere"), "'/nowhere'"),
            (("--healthprobe", "/nowhere", "a"), "'/nowhere' is not a program"),
        ):  # fmt: skip
            with self.subTest(arguments=arguments):
                found = self.run_monitor(*arguments)
                self.assertEqual((found.exit, found.stdout), (2, ""), found)
                self.assertTrue(found.stderr.startswith("healthprobe-monitor: "), found)
                self.assertIn(says, found.stderr)
                self.assertEqual(found.stderr.count("\n"), 1)
        found = self.run_monitor("--help")
        self.assertEqual((found.exit, found.stderr), (0, ""), found)
        self.assertIn("--notify COMMAND", found.stdout)
        self.assertNotIn("set -", found.stdout)

    @test("a healthprobe that gives no verdict is told as such")
    def test_no_verdict(self):
        found = self.says(
            1, "ingestion unknown [no-answer]: healthprobe gave no verdict (exit status 1): ",
            HEALTHPROBE_TIMEOUT="soon",
        )  # fmt: skip
        self.assertIn("HEALTHPROBE_TIMEOUT", found[0])
        self.says(1, HEALTHPROBE_TIMEOUT="soon")

    @test("healthprobe is looked for in PATH, then beside the script, then missed")
    def test_program(self):
        folder = os.path.join(self.folder, "bin")
        os.mkdir(folder)
        script = shutil.copy(SCRIPTS / "healthprobe-monitor", folder)
        command = [script, "--state", self.state, "ingestion"]
        variables = {"HEARTBEAT_REDIS_URL": self.url, "PATH": "/usr/bin:/bin"}
        found = run(command, clean_environment(**variables))
        self.assertEqual((found.exit, found.stdout), (2, ""), found)
        self.assertIn(f"no healthprobe in PATH or beside this script (/usr/bin:/bin:{folder})",
                      found.stderr)  # fmt: skip
        os.symlink(binary("healthprobe"), os.path.join(folder, "healthprobe"))
        found = run(command, clean_environment(**variables))
        self.assertEqual(found.exit, 1, found)
        self.assertTrue(found.stdout.startswith("ingestion unhealthy [missing]: "), found)

    @test("what the probe is told to print elsewhere does not matter here")
    def test_environment(self):
        for variable, value in (("OUTPUT", "json"), ("QUIET", "1"), ("EXPLAIN", "1")):
            self.put("ingestion", "unhealthy")
            self.says(1, "ingestion unhealthy [", **{f"HEALTHPROBE_{variable}": value})
            self.put("ingestion", "healthy")
            self.says(0, "ingestion healthy [")
