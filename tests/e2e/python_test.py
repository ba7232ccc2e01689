"""Services in Python: their rows, and what the interpreter may do to a beat."""

import signal
import time

from harness import Case, test
from harness.python_service import PythonService, Script
from rows_test import ROWS, BrokenRow

HEAD = """
import ctypes, os, signal, sys, threading, time
from heartbeat import *
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
beat = Heartbeat(log=lambda line: print(line, flush=True))
flag = beat.flag("flag")
beat.check("flag", CRITICAL, flag.is_set())
"""


class PythonRows(BrokenRow):
    topic = "python row"
    service_type = PythonService


class PythonProcess(Case):
    topic = "python"

    def script(self, code, **variables):
        variables = {"HEARTBEAT_INTERVAL": "500ms", "HEARTBEAT_TTL": "30s", **variables}
        script = Script("script", self.url, self.folder, code=HEAD + code, **variables)
        script.start()
        self.addCleanup(script.clean_up)
        self.services.append(script)
        return script

    def failing(self):
        checks = self.document("script").get("checks", {})
        return {name for name, check in checks.items() if check["state"] == "fail"}

    def wait_for_beats(self, more=3):
        sequence = self.document("script")["sequence"]
        self.wait_until(
            lambda: self.document("script")["sequence"] >= sequence + more, 10, "beats go on"
        )

    def assert_ends(self, script, within=5.0, status=0):
        """Generous: what is to be seen is that nothing hangs, and how it ends."""
        began = time.monotonic()
        self.assertEqual(script.wait(20), status, script.output)
        took = time.monotonic() - began
        self.assertLess(took, within)
        return took

    @test("a test that hangs fails alone, and the interpreter still ends")
    def test_hung_test(self):
        self.start_redis()
        script = self.script(
            "beat.check('hung', WARNING, beat.succeeds(lambda: time.sleep(1000), limit=1))\n"
            "beat.check('quick', CRITICAL, beat.succeeds(lambda: True, every=0.1))\n"
            "beat.start(); flag.set(True)\n"
            "signal.sigwait({signal.SIGUSR1})\n"
        )
        self.wait_until(lambda: self.failing() == {"hung"}, 15, "only that one fails")
        self.wait_for_beats()
        self.assertEqual(self.failing(), {"hung"})
        script.signal(signal.SIGUSR1)
        self.assert_ends(script)
        self.assertEqual(self.document("script")["reason"], "stopped")

    @test("an interpreter whose lock is held still beats, and its test fails")
    def test_held_lock(self):
        self.start_redis()
        script = self.script(
            "beat.check('db', CRITICAL, beat.succeeds(lambda: True, every=0.1, limit=0.5))\n"
            "beat.start(); flag.set(True)\n"
            "while beat.judge().status != Status.HEALTHY: time.sleep(0.05)\n"
            "ctypes.PyDLL(None).sleep(6)\n"
            "while beat.judge().status != Status.HEALTHY: time.sleep(0.05)\n"
            "print('recovered', flush=True); time.sleep(0.3); os._exit(0)\n"
        )
        self.wait_until(lambda: self.failing() == {"db"}, 20, "the starved test fails")
        self.wait_for_beats()
        self.assertEqual(self.failing(), {"db"})
        self.wait_until(lambda: "recovered" in script.output, 20, "it passes again")

    @test("what a test throws is shown")
    def test_exception(self):
        self.start_redis()
        self.script(
            "beat.check('db', CRITICAL, beat.succeeds(lambda: {}['table'], every=0.1))\n"
            "beat.check('none', WARNING, beat.succeeds(lambda: None, every=0.1))\n"
            "beat.start(); flag.set(True); time.sleep(100)\n"
        )
        self.wait_until(lambda: self.failing() == {"db", "none"}, 15, "both fail")
        text = self.probe("script").text
        self.assertIn("KeyError: 'table'", text)
        self.assertIn("returned None", text)

    @test("a forked child is silent, and ends")
    def test_fork(self):
        self.start_redis()
        script = self.script(
            "beat.check('db', WARNING, beat.succeeds(lambda: True, every=0.1))\n"
            "beat.start(); flag.set(True)\n"
            "child = os.fork()\n"
            "if child:\n"
            "    print('child', child, flush=True)\n"
            "    print('status', os.waitpid(child, 0)[1], flush=True)\n"
            "    time.sleep(100)\n"
            "flag.set(False)\n"
            "beat.start(); beat.report(Status.DEGRADED); beat.judge()\n"
            "end = time.monotonic() + 2\n"
            "while time.monotonic() < end: flag.set(False)\n"
            "beat.stop(); sys.exit(0)\n"
        )
        self.wait_for_status("script", "healthy")
        parent = script.process.pid
        while "status" not in script.output:
            document = self.document("script")
            self.assertEqual((document["status"], document["instance"]["pid"]), ("healthy", parent))
            time.sleep(0.05)
        self.assertIn("status 0", script.output)
        self.wait_for_beats()
        self.assertEqual(self.document("script")["status"], "healthy")

    @test("a multiprocessing child is silent, and may have a beat of its own")
    def test_multiprocessing(self):
        self.start_redis()
        script = self.script(
            "import multiprocessing\n"
            "def work():\n"
            "    flag.set(False)\n"
            "    own = Heartbeat(service='own')\n"
            "    up = own.flag('up'); own.check('up', CRITICAL, up.is_set()); up.set(True)\n"
            "    own.start(); time.sleep(1.5); own.close()\n"
            "beat.start(); flag.set(True)\n"
            "child = multiprocessing.get_context('fork').Process(target=work)\n"
            "child.start(); child.join(); print('exit', child.exitcode, flush=True)\n"
            "time.sleep(100)\n"
        )
        self.wait_for_status("own", "healthy")
        self.wait_until(lambda: "exit 0" in script.output, 15, "the child ends")
        self.assertEqual(self.document("own")["reason"], "stopped")
        self.assertEqual(self.document("script")["status"], "healthy")

    @test("the end of the interpreter is the last word, also after an exception")
    def test_last_words(self):
        self.start_redis()
        for ending, status in (("", 0), ("raise SystemExit(3)", 3), ("1 / 0", 1)):
            with self.subTest(ending=ending):
                script = self.script(
                    "beat.start(); flag.set(True)\n"
                    "while beat.judge().status != Status.HEALTHY: time.sleep(0.05)\n"
                    f"time.sleep(0.3)\n{ending}\n"
                )
                self.assert_ends(script, 15, status)
                document = self.document("script")
                self.assertEqual((document["status"], document["reason"]), ("unhealthy", "stopped"))

    @test("the interpreter ends promptly while Redis hangs")
    def test_frozen_redis(self):
        self.start_redis()
        script = self.script(
            "beat.start(); flag.set(True); signal.sigwait({signal.SIGUSR1})\n"
            "began = time.monotonic(); beat.stop()\n"
            "print('stopped in', time.monotonic() - began, flush=True)\n"
        )
        self.wait_for_status("script", "healthy")
        self.redis.freeze()
        script.signal(signal.SIGUSR1)
        self.assert_ends(script)
        self.redis.thaw()

    @test("Ctrl-C reaches Python, and what it does not catch ends it")
    def test_interrupt(self):
        self.start_redis()
        script = self.script(
            "beat.check('db', WARNING, beat.succeeds(lambda: True, every=0.1))\n"
            "beat.start(); flag.set(True)\n"
            "try: time.sleep(100)\n"
            "except KeyboardInterrupt: print('interrupted', flush=True)\n"
            "while True: pass\n"
        )
        self.wait_for_status("script", "healthy")
        script.signal(signal.SIGINT)
        self.wait_until(lambda: "interrupted" in script.output, 10, "KeyboardInterrupt")
        script.signal(signal.SIGINT)
        self.assert_ends(script, status=-signal.SIGINT)
        self.assertEqual(self.document("script")["reason"], "stopped")

    @test("trouble with Redis is logged, by a thread of Python's")
    def test_log(self):
        self.start_redis()
        script = self.script(
            "beat.start(); flag.set(True); time.sleep(100)\n",
            HEARTBEAT_REDIS_URL=f"unix://{self.folder}/nobody.sock",
        )
        self.wait_until(lambda: "heartbeat: " in script.output, 10, "a line")
        self.assertIn("nobody.sock", script.output)


def add_row(row):
    method = test(row.name, seconds=max(2, row.limit))(lambda self: self.check_row(row))
    setattr(PythonRows, f"test_{row.name.replace('/', '_').replace('-', '_')}", method)


for each in ROWS:
    if each.name.startswith(("ingestion/", "worker/")):
        add_row(each)
