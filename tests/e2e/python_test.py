"""Services in Python: their rows, and what the interpreter may do to a beat."""

import re
import signal
import time

import pytest

from harness.python_service import PythonService, Script
from harness.rows import ROWS, parameters
from harness.waiting import wait_until

pytestmark = pytest.mark.any_probe

HEAD = """
import ctypes, os, signal, sys, threading, time
from heartbeat import *
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
beat = Heartbeat(log=lambda line: print(line, flush=True))
flag = beat.flag("flag")
beat.check("flag", CRITICAL, flag.is_set())
"""


ROWS_IN_PYTHON = [row for row in ROWS if row.name.startswith(("ingestion/", "worker/"))]


@pytest.mark.parametrize("row", parameters(ROWS_IN_PYTHON))
def test_a_row_in_python_is_broken_seen_and_healed(row_check, row):
    row_check.assert_is_seen_and_heals(row, PythonService)


class StartedScript:
    def __init__(self, start_service, document):
        self.start_service, self.document = start_service, document

    def start(self, code, **variables):
        variables = {"HEARTBEAT_INTERVAL": "1s", "HEARTBEAT_TTL": "30s", **variables}
        return self.start_service("script", kind=Script, code=HEAD + code, **variables)

    def failing(self):
        checks = self.document("script").get("checks", {})
        return {name for name, check in checks.items() if check["state"] == "fail"}

    def wait_for_beats(self, more=3):
        sequence = self.document("script")["sequence"]
        wait_until(
            lambda: self.document("script")["sequence"] >= sequence + more, 60, "beats go on"
        )


@pytest.fixture
def script(start_service, document):
    return StartedScript(start_service, document)


def assert_ends(script, within=15.0, status=0):
    """Generous: what is to be seen is that nothing hangs, and how it ends."""
    began = time.monotonic()
    assert script.wait(60) == status, script.output
    assert time.monotonic() - began < within


def test_a_test_that_hangs_fails_alone_and_the_interpreter_still_ends(document, script):
    process = script.start(
        "beat.check('hung', WARNING, beat.succeeds(lambda: time.sleep(1000), limit=1))\n"
        "beat.check('quick', CRITICAL, beat.succeeds(lambda: True, every=0.1))\n"
        "beat.start(); flag.set(True)\n"
        "signal.sigwait({signal.SIGUSR1})\n"
    )
    wait_until(lambda: script.failing() == {"hung"}, 60, "only that one fails")
    script.wait_for_beats()
    assert script.failing() == {"hung"}
    process.signal(signal.SIGUSR1)
    assert_ends(process)
    assert document("script")["reason"] == "stopped"


@pytest.mark.library_only
@pytest.mark.slow(18)
def test_an_interpreter_whose_lock_is_held_still_beats_and_its_test_fails(document, script):
    process = script.start(
        "beat.check('db', CRITICAL, beat.succeeds(lambda: True, every=0.1, limit=0.5))\n"
        "beat.start(); flag.set(True)\n"
        "while beat.judge().status != Status.HEALTHY: time.sleep(0.05)\n"
        "ctypes.PyDLL(None).sleep(15)\n"
        "while beat.judge().status != Status.HEALTHY: time.sleep(0.05)\n"
        "print('recovered', flush=True); time.sleep(0.3); os._exit(0)\n"
    )
    wait_until(lambda: script.failing() == {"db"}, 60, "the starved test fails")
    output = document("script")["checks"]["db"]["output"]
    assert re.fullmatch(r"not begun for .*: the interpreter is busy", output)
    script.wait_for_beats()
    assert script.failing() == {"db"}
    wait_until(lambda: "recovered" in process.output, 60, "it passes again")


def test_what_a_test_throws_is_shown(probe, script):
    script.start(
        "beat.check('db', CRITICAL, beat.succeeds(lambda: {}['table'], every=0.1))\n"
        "beat.check('none', WARNING, beat.succeeds(lambda: None, every=0.1))\n"
        "beat.start(); flag.set(True); time.sleep(100)\n"
    )
    wait_until(lambda: script.failing() == {"db", "none"}, 60, "both fail")
    text = probe("script").text
    assert "KeyError: 'table'" in text
    assert "returned None" in text


@pytest.mark.library_only
def test_a_forked_child_marks_for_its_parent_and_ends(document, script, wait_for_status):
    process = script.start(
        "beat.check('db', WARNING, beat.succeeds(lambda: True, every=0.1))\n"
        "beat.start()\n"
        "child = os.fork()\n"
        "if child:\n"
        "    print('child', child, flush=True)\n"
        "    print('status', os.waitpid(child, 0)[1], flush=True)\n"
        "    time.sleep(100)\n"
        "try: beat.start(); sys.exit(1)\n"
        "except HeartbeatError: pass\n"
        "beat.report(Status.DEGRADED); beat.judge()\n"
        "flag.set(True); time.sleep(2)\n"
        "beat.stop(); sys.exit(0)\n"
    )
    wait_for_status("script", "healthy")
    parent = process.process.pid
    while "status" not in process.output:
        shown = document("script")
        assert (shown["status"], shown["instance"]["pid"]) == ("healthy", parent)
        time.sleep(0.05)
    assert "status 0" in process.output
    script.wait_for_beats()
    assert document("script")["status"] == "healthy"


def test_a_multiprocessing_child_may_have_a_beat_of_its_own(
    document, script, wait_for_status
):
    process = script.start(
        "import multiprocessing\n"
        "def work():\n"
        "    own = Heartbeat(service='own')\n"
        "    up = own.flag('up'); own.check('up', CRITICAL, up.is_set()); up.set(True)\n"
        "    own.start(); time.sleep(5); own.close()\n"
        "beat.start(); flag.set(True)\n"
        "child = multiprocessing.get_context('fork').Process(target=work)\n"
        "child.start(); child.join(); print('exit', child.exitcode, flush=True)\n"
        "time.sleep(100)\n"
    )
    wait_for_status("own", "healthy")
    wait_until(lambda: "exit 0" in process.output, 60, "the child ends")
    assert document("own")["reason"] == "stopped"
    assert document("script")["status"] == "healthy"


@pytest.mark.parametrize("ending, status", [("", 0), ("raise SystemExit(3)", 3), ("1 / 0", 1)])
def test_the_end_of_the_interpreter_is_the_last_word_also_after_an_exception(
    document, script, ending, status
):
    process = script.start(
        "beat.start(); flag.set(True)\n"
        "while beat.judge().status != Status.HEALTHY: time.sleep(0.05)\n"
        f"time.sleep(0.3)\n{ending}\n"
    )
    assert_ends(process, 30, status)
    shown = document("script")
    assert (shown["status"], shown["reason"]) == ("unhealthy", "stopped")


@pytest.mark.own_redis
def test_the_interpreter_ends_promptly_while_redis_hangs(redis, script, wait_for_status):
    process = script.start(
        "beat.start(); flag.set(True); signal.sigwait({signal.SIGUSR1})\n"
        "began = time.monotonic(); beat.stop()\n"
        "print('stopped in', time.monotonic() - began, flush=True)\n"
    )
    wait_for_status("script", "healthy")
    redis.freeze()
    process.signal(signal.SIGUSR1)
    assert_ends(process)
    redis.thaw()


def test_ctrl_c_reaches_python_and_what_it_does_not_catch_ends_it(
    document, script, wait_for_status
):
    process = script.start(
        "beat.check('db', WARNING, beat.succeeds(lambda: True, every=0.1))\n"
        "beat.start(); flag.set(True)\n"
        "try: time.sleep(100)\n"
        "except KeyboardInterrupt: print('interrupted', flush=True)\n"
        "while True: pass\n"
    )
    wait_for_status("script", "healthy")
    process.signal(signal.SIGINT)
    wait_until(lambda: "interrupted" in process.output, 60, "KeyboardInterrupt")
    process.signal(signal.SIGINT)
    assert_ends(process, status=-signal.SIGINT)
    assert document("script")["reason"] == "stopped"


def test_trouble_with_redis_is_logged_by_a_thread_of_pythons(script, tmp_path):
    process = script.start(
        "beat.start(); flag.set(True); time.sleep(100)\n",
        HEARTBEAT_REDIS_URL=f"unix://{tmp_path}/nobody.sock",
    )
    wait_until(lambda: "heartbeat: " in process.output, 60, "a line")
    assert "nobody.sock" in process.output
