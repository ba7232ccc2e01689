"""healthprobe --watch: a board on a terminal, and a log where there is none."""

import json
import os
import re
import signal
import subprocess
import time

from harness import test
from harness.case import Case
from harness.process import binary, clean_environment, finish, spawn
from harness.terminal import Terminal, cpu_seconds, is_stopped, pause

ROSTER = "health::services"
AT_ONCE = 10  # seconds that a busy machine may take for it
COLOUR = b"\x1b[3"
TIME = r"\d\d:\d\d:\d\dZ"


class Watch(Case):
    topic = "watch"

    def setUp(self):
        super().setUp()
        self.start_redis()

    def put(self, name, status="healthy", **fields):
        document = {"status": status, "ttl_ms": 60_000, "interval_ms": 60_000, **fields}
        self.client.setex(f"health:{name}", 60, json.dumps(document))
        self.client.zadd(ROSTER, {name: time.time()})

    def environment(self, **variables):
        return clean_environment(**{"HEARTBEAT_REDIS_URL": self.url, "TERM": "xterm", **variables})

    def watch(self, *arguments, terminal=None, **variables):
        self.board = Terminal(
            [binary("healthprobe"), "--watch", *arguments],
            self.environment(**variables),
            **(terminal or {}),
        )
        self.addCleanup(self.board.close)
        return self.board

    def log(self, *arguments, stdout=subprocess.PIPE, **variables):
        process = spawn(
            [binary("healthprobe"), "--watch", *arguments],
            env=self.environment(**variables),
            stdout=stdout,
        )
        self.addCleanup(finish, process)
        if process.stdout:
            self.addCleanup(process.stdout.close)
        return process

    def line(self, service):
        """What the board says of it, without what is left of it on the screen."""
        for line in self.board.lines[1:]:
            if f" {service} " in line:
                return line
        return ""

    def wait_for(self, pattern, what=None):
        """Until a line of the board matches."""
        self.wait_until(lambda: self.matches(pattern), AT_ONCE, what or f"{pattern} is shown")

    def matches(self, pattern):
        return any(re.search(pattern, line) for line in self.board.lines)

    def evidence(self):
        return "\n".join(self.board.lines) if hasattr(self, "board") else ""

    def assert_ended(self, how):
        self.assertEqual(self.board.wait(), 0, how)
        self.wait_until(self.board.is_restored, AT_ONCE, f"the terminal is as it was, {how}")

    # --- The board ------------------------------------------------------------

    @test("shows every service, worst first, and a change as soon as it is there", seconds=4)
    def test_states(self):
        self.put("a")
        self.put("b", "degraded", reason="half\x1b[2J of it")
        self.client.zadd(ROSTER, {"gone": time.time() - 90})
        self.watch()
        self.wait_for(r"^healthy +a ")
        self.assertRegex(self.board.lines[0], rf"^{TIME}  1 unhealthy, 1 degraded, 1 healthy  health:\* at ")
        self.assertRegex(self.board.lines[1], r"^unhealthy  gone  \[missing\]   >\d+s  -")
        self.assertRegex(self.board.lines[2], r"^degraded   b     \[degraded\]  >\d+s  \d+s/60s  half\\x1b\[2J of it$")
        self.assertRegex(self.board.lines[3], r"^healthy    a     \[healthy\]   >\d+s  \d+s/60s  last beat")
        self.assertEqual(len(self.board.lines), 4)
        self.wait_for(r"a +\[healthy\] +>([2-9]|\d\d)s +\d+s/60s", "times tick")
        self.put("a", "unhealthy")
        self.wait_for(r"^unhealthy  a     \[unhealthy\]  \d+s ")
        self.assertEqual(self.board.screen.unknown, [])
        self.assertIn(COLOUR, self.board.written)
        self.board.type("q")
        self.assert_ended("by q")

    @test("watches the services that are named, replicas and quorums, with all demands on them")
    def test_named(self):
        self.put("a", error_count=7)
        self.put("b")
        self.put("worker:1")
        self.client.zadd(ROSTER, {"worker:2": time.time()})
        self.watch("a", "worker", "--min-healthy", "1", "--expect", "error_count < 5")
        self.wait_for(r"^unhealthy  worker  \[expect\]")
        self.assertIn("[expect]", self.line("a"))
        self.assertEqual(self.line("b"), "")
        self.board.type("q")
        self.assert_ended("by q")
        self.watch(HEARTBEAT_SERVICE="b")
        self.wait_for(r"^healthy  b ")
        self.assertEqual(len(self.board.lines), 2)

    @test("is drawn anew in the size that the terminal gets")
    def test_resize(self):
        for i in range(9):
            self.put(f"service-{i}")
        self.watch()
        self.wait_for("service-8")
        self.board.resize(40, 5)
        self.wait_for(r"^\.\.\. and 6 more healthy$")
        self.assertEqual(len(self.board.lines), 5)
        self.assertTrue(all(len(line) < 40 for line in self.board.lines), self.board.lines)
        self.board.resize(120, 30)
        self.wait_for("service-8")
        self.assertGreater(max(map(len, self.board.lines)), 60)

    @test("every way to end it leaves the terminal as it was, with exit status 0", seconds=6)
    def test_ends(self):
        self.put("a")
        for how in ("q", "\x03", "\x1c", signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(how=how):
                board = self.watch()
                self.wait_for(" a ")
                self.assertTrue(board.screen.modes[1049])
                self.assertFalse(board.screen.modes[25])
                self.assertNotEqual(board.attributes_now(), board.attributes)
                if isinstance(how, str):
                    board.type(how)
                else:
                    board.process.send_signal(how)
                self.assert_ended(f"by {how!r}")

    @test("a stop gives the terminal back, and going on takes it again", seconds=4)
    def test_stop(self):
        self.put("a")
        board = self.watch(terminal={"is_session": False})
        self.wait_for(" a ")
        board.process.send_signal(signal.SIGTSTP)
        self.wait_until(lambda: is_stopped(board.process.pid), AT_ONCE, "it stops")
        self.wait_until(board.is_restored, AT_ONCE, "the terminal is as it was")
        self.put("a", "degraded")
        board.process.send_signal(signal.SIGCONT)
        self.wait_until(lambda: board.screen.modes[1049], AT_ONCE, "it takes the terminal")
        self.wait_for(r"^degraded +a ")
        self.assertNotEqual(board.attributes_now(), board.attributes)
        board.type("q")
        self.assert_ended("by q")

    @test("where no shell could continue it, a stop does not stop it")
    def test_no_shell(self):
        self.put("a")
        board = self.watch()
        self.wait_for(" a ")
        board.type("\x1a")
        self.put("a", "degraded")
        self.wait_for(r"^degraded +a ")
        self.assertTrue(board.screen.modes[1049])
        board.type("q")
        self.assert_ended("by q")

    @test("a Redis that is gone leaves the last lines, marked, and its return clears the mark", seconds=5)
    def test_redis_gone(self):
        self.put("a")
        self.watch()
        self.wait_for(r"^healthy +a ")
        self.redis.stop()
        self.wait_for(r"^\? healthy +a ")
        self.assertRegex(self.board.lines[0], rf"^{TIME}  \[unreachable\] for \d+s  1 healthy  ")
        self.wait_for(r"\[unreachable\] for [2-9]s", "the time ticks")
        self.redis.start()
        self.wait_for(r"^unhealthy  \*  \[missing\]")
        self.put("a")
        self.wait_for(r"^healthy  a ")
        self.assertNotIn("unreachable", self.board.lines[0])

    @test("a Redis that hangs delays neither the clock nor a key", seconds=4)
    def test_redis_hung(self):
        self.put("a")
        self.watch("-t", "300s")
        self.wait_for(" a ")
        self.redis.freeze()
        self.addCleanup(self.redis.thaw)
        pause(1.5)
        before = self.board.lines[0]
        self.wait_until(lambda: self.board.lines[0] != before, AT_ONCE, "the clock goes on")
        self.board.resize(40, 5)
        self.wait_until(lambda: all(len(line) < 40 for line in self.board.lines), AT_ONCE, "it shrinks")
        self.board.type("q")
        self.assert_ended("by q")

    @test("a password that was changed in its file is read anew", seconds=4)
    def test_password(self):
        self.put("a")
        path = os.path.join(self.folder, "password")
        with open(path, "w") as file:
            file.write("old")
        self.client.config_set("requirepass", "old")
        self.watch(REDIS_PASSWORD_FILE=path)
        self.wait_for(r"^healthy +a ")
        self.client.config_set("requirepass", "new")
        self.client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        self.wait_for(r"\[auth\]")
        with open(path, "w") as file:
            file.write("new")
        self.wait_for(r"^healthy +a ")
        self.assertNotIn(b"new", self.board.written)

    @test("NO_COLOR leaves the board without colours, unless it is empty")
    def test_no_color(self):
        self.put("a", "unhealthy")
        for value, coloured in (("1", False), ("0", False), ("", True)):
            self.watch(NO_COLOR=value)
            self.wait_for(" a ")
            self.assertEqual(COLOUR in self.board.written, coloured, value)
            self.board.type("q")
            self.assert_ended("by q")

    @test("without keys it watches on, and does not turn in circles", seconds=4)
    def test_no_keys(self):
        self.put("a")
        board = self.watch(terminal={"stdin": subprocess.DEVNULL})
        self.wait_for(" a ")
        before = cpu_seconds(board.process.pid)
        pause(2)
        self.assertLess(cpu_seconds(board.process.pid) - before, 1)
        board.type("q")
        self.put("a", "degraded")
        self.wait_for(r"^degraded +a ")
        board.type("\x03")
        self.assert_ended("by Ctrl-C")

    @test("what a pipe says is no key")
    def test_pipe_is_no_keyboard(self):
        self.put("a")
        reading, writing = os.pipe()
        os.write(writing, b"q")
        board = self.watch(terminal={"stdin": reading})
        os.close(reading)
        os.close(writing)
        self.wait_for(" a ")
        self.put("a", "degraded")
        self.wait_for(r"^degraded +a ")
        board.type("\x03")
        self.assert_ended("by Ctrl-C")

    @test("a terminal that is gone ends it")
    def test_hang_up(self):
        self.put("a")
        for is_session in (True, False):
            board = self.watch(terminal={"is_session": is_session})
            self.wait_for(" a ")
            board.hang_up()
            self.assertEqual(board.wait(), 0)

    @test("what is hardly a terminal gets whole boards, too")
    def test_tiny(self):
        for i in range(3):
            self.put(f"service-{i}")
        self.watch(terminal={"columns": 1, "rows": 1})
        self.wait_until(lambda: self.board.screen.modes[1049], AT_ONCE, "it is drawn")
        self.board.resize(0, 0)
        self.wait_for("service-2")  # as on one that does not tell its size
        self.board.type("q")
        self.assert_ended("by q")

    # --- The log --------------------------------------------------------------

    def read_until(self, process, pattern):
        """The lines up to one that matches."""
        lines = []
        while not lines or pattern not in lines[-1]:
            line = process.stdout.readline().decode()
            self.assertTrue(line, f"it ended before {pattern}: {lines}")
            self.assertNotIn("\x1b", line)
            self.assertRegex(line, r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ")
            lines.append(line)
        return [line.split(" ", 1)[1].rstrip("\n") for line in lines]

    @test("into a pipe go the states at first, then what changes, and no escape sequence", seconds=6)
    def test_log(self):
        self.put("a")
        self.put("b", "degraded", reason="half")
        process = self.log()
        first = self.read_until(process, "a healthy")
        self.assertRegex(first[0], r"^1 degraded, 1 healthy; health:\* at ")
        self.assertEqual(first[1], "b degraded [degraded]: half")
        self.assertEqual(len(first), 3)
        self.put("a")  # a beat is no news
        pause(2.2)
        self.put("b")
        changed = self.read_until(process, "b healthy")
        self.assertEqual([line.split(";")[0].split(":")[0] for line in changed], ["2 healthy", "b healthy [healthy]"])
        self.client.zrem(ROSTER, "a")
        self.assertEqual(self.read_until(process, "is gone")[-1], "a is gone")
        self.redis.stop()
        gone = self.read_until(process, "unreachable")
        self.assertEqual(len(gone), 1)
        self.assertTrue(gone[0].startswith("Redis unknown [unreachable]: "), gone)
        self.redis.start()
        self.read_until(process, "* unhealthy [missing]")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(20), 0)

    @test("a dumb terminal gets a log as well")
    def test_dumb(self):
        self.put("a")
        for name in ("dumb", None):
            self.watch(TERM=name)
            self.wait_for(r"^20\d\d-.*Z a healthy \[healthy\]: ")
            self.assertNotIn(b"\x1b", self.board.written)
            self.assertEqual(self.board.attributes_now(), self.board.attributes)
            self.board.type("\x03")
            self.assertEqual(self.board.wait(), 0)

    @test("it ends when nobody reads any more, though nothing changes, and fails on a full disk")
    def test_no_reader(self):
        self.put("a")
        process = self.log()
        self.assertIn(b"healthy", process.stdout.readline())
        process.stdout.close()
        self.assertEqual(process.wait(20), 0)
        with open("/dev/full", "w") as full:
            self.assertEqual(self.log(stdout=full).wait(20), 1)

    @test("a reader that waits gets all of a large fleet, and a signal does not wait for it", seconds=4)
    def test_slow_reader(self):
        pipe = self.client.pipeline(transaction=False)
        names = [f"service-{i:04}" for i in range(200)]
        for name in names:
            pipe.setex(f"health:{name}", 60, json.dumps({"status": "unhealthy", "reason": "x" * 900}))
        pipe.execute()
        self.client.zadd(ROSTER, {name: time.time() for name in names})
        process = self.log("-t", "20s")
        pause(2)
        lines = self.read_until(process, "service-0199")
        self.assertEqual(len(lines), 201)
        stuck = self.log("-t", "20s")
        pause(2)
        stuck.terminate()
        self.assertEqual(stuck.wait(20), 0)

    @test("of ten thousand services the healthy are counted, and a sick one is on top", seconds=8)
    def test_large(self):
        names = [f"service-{i:05}" for i in range(10_000)]
        for begin in range(0, len(names), 1000):
            pipe = self.client.pipeline(transaction=False)
            some = names[begin : begin + 1000]
            for name in some:
                pipe.setex(f"health:{name}", 600, json.dumps({"status": "healthy", "ttl_ms": 600_000}))
            pipe.zadd(ROSTER, {name: time.time() for name in some})
            pipe.execute()
        self.watch("-t", "60s")
        self.wait_until(lambda: self.matches(r"^\.\.\. and 99\d\d more healthy"), 60, "most are counted")
        self.put("service-07777", "degraded")
        self.wait_until(lambda: self.matches(r"^degraded  service-07777 "), 60, "it is on top")
        self.board.type("q")
        self.assert_ended("by q")

    # --- Usage ----------------------------------------------------------------

    @test("an option that --watch cannot be combined with is refused, and nothing is drawn")
    def test_usage(self):
        for arguments, variables, words in (
            (["-o", "json"], {}, "--watch cannot be combined with --output"),
            (["--write", "/tmp/x"], {}, "--watch cannot be combined with --write"),
            (["-q"], {}, "--watch cannot be combined with --quiet"),
            (["--explain"], {}, "--watch cannot be combined with --explain"),
            (["--file", "/tmp/x"], {}, "--watch cannot be combined with --file"),
            (["--instance", "1"], {}, "no service given"),
            (["--redis", "redis://h:abc"], {}, "--redis: "),
            ([], {"HEARTBEAT_REDIS_URL": "redis://h:abc"}, "HEARTBEAT_REDIS_URL"),
        ):
            with self.subTest(arguments=arguments, variables=variables):
                board = self.watch(*arguments, **variables)
                self.assertEqual(board.wait(), 1)
                self.wait_for(words)
                self.assertNotIn(b"\x1b", board.written)
        found = self.probe("--watch", "-q")
        self.assertEqual((found.exit, found.stdout), (1, ""))
