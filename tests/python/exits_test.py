"""The interpreter ends cleanly, whatever its threads are at."""

import subprocess
import sys

import pytest

HEAD = """
import os, sys, threading, time
from heartbeat import *
beat = Heartbeat(service="s", redis_url="unix:///nonexistent.sock", stop_timeout=0.5,
                 log=lambda line: os.write(2, line.encode()))  # no lock that a child inherits
flag = beat.flag("f")
beat.check("up", CRITICAL, flag.is_set())
"""


def run_script(code):
    done = subprocess.run(
        [sys.executable, "-B", "-c", HEAD + code], capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr
    assert "Fatal" not in done.stderr
    assert "terminate" not in done.stderr
    return done


def test_a_beat_that_was_never_started():
    run_script("")


@pytest.mark.parametrize("turn", range(5))
def test_while_tests_come_and_go(turn):
    run_script(
        "for i in range(20):\n"
        "    beat.check(f'c{i}', WARNING, beat.succeeds(lambda: True, every=0.001))\n"
        "beat.start(); time.sleep(0.1)\n"
    )


def test_while_a_test_hangs():
    run_script(
        "beat.check('db', WARNING, beat.succeeds(lambda: time.sleep(1000)))\n"
        "beat.start(); time.sleep(0.1)\n"
    )


# Within the half second that the end takes, and the moment after.
@pytest.mark.parametrize("delay", [0.5, 0.6, 0.75, 0.8])
def test_while_a_test_comes_back_at_the_very_end(delay):
    run_script(
        f"beat.check('db', WARNING, beat.succeeds(lambda: time.sleep({delay})))\n"
        "beat.start(); time.sleep(0.05)\n"
    )


def test_while_threads_mark():
    run_script(
        "def mark():\n"
        "    while True: flag.set(True); flag.set(False)\n"
        "for _ in range(3): threading.Thread(target=mark, daemon=True).start()\n"
        "beat.start(); time.sleep(0.2)\n"
    )


def test_a_beat_closed_under_the_hands_of_a_thread():
    done = run_script(
        "ends = []\n"
        "def mark():\n"
        "    try:\n"
        "        while True: flag.set(True); flag.set(False)\n"
        "    except ClosedError: ends.append(1)\n"
        "threads = [threading.Thread(target=mark) for _ in range(3)]\n"
        "for thread in threads: thread.start()\n"
        "beat.start(); time.sleep(0.1); beat.close()\n"
        "for thread in threads: thread.join()\n"
        "print(len(ends))\n"
    )
    assert done.stdout == "3\n"


def test_a_beat_that_is_stopped_in_a_test_of_its_own():
    run_script(
        "beat.check('db', WARNING, beat.succeeds(beat.stop))\n"
        "beat.start(); time.sleep(0.5)\n"
    )


def test_many_that_stop_at_once():
    run_script(
        "beat.check('db', WARNING, beat.succeeds(lambda: time.sleep(1000)))\n"
        "beat.start(); time.sleep(0.1)\n"
        "for _ in range(8): threading.Thread(target=beat.stop, daemon=True).start()\n"
    )


def test_a_log_that_throws_is_shown_and_harmless():
    done = run_script(
        "told = threading.Event()\n"
        "def fail(line): told.set(); raise RuntimeError('no log')\n"
        "other = Heartbeat('o', redis_url='unix:///nonexistent.sock', log=fail)\n"
        "other.start(); told.wait(60); time.sleep(0.5)\n"
    )
    assert "RuntimeError: no log" in done.stderr


def test_a_child_that_forks_amid_marks():
    run_script(
        "beat.check('db', WARNING, beat.succeeds(lambda: True, every=0.001))\n"
        "beat.start()\n"
        "for _ in range(20):\n"
        "    child = os.fork()\n"
        "    if child == 0: flag.set(True); beat.judge(); sys.exit(7)\n"
        "    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7\n"
    )
