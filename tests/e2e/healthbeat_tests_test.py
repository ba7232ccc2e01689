"""healthbeat run --test and healthbeat watch: lines of the shell are checks."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path

import pytest

from harness.jobs import QUICK
from harness.process import binary, clean_environment, finish, spawn
from harness.waiting import wait_until

OFTEN = ("--test-every", "200ms")


@pytest.fixture
def start_watch(redis, cleanup):
    """start_watch(OPTION..., name=NAME, VARIABLE=VALUE...)"""

    def start(*arguments, name="queue", **variables):
        process = spawn(
            [binary("healthbeat"), "watch", name, *arguments],
            env=clean_environment(HEARTBEAT_REDIS_URL=redis.url, **QUICK, **variables),
        )
        cleanup.callback(finish, process)
        return process

    return start


def check(document, name, service):
    return document(service).get("checks", {}).get(name, {})


def processes_with(word):
    """Those that run and have it in their arguments, but no shell that was told to start one."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if words[0].endswith(b"sleep") and word.encode() in words:
                found.append(int(folder.name))
    return found


def test_a_watch_is_what_its_tests_say_and_ends_cleanly(start_watch, document, probe, tmp_path):
    trouble = tmp_path / "trouble"
    watch = start_watch(
        *("--test", f"answers=test ! -e {trouble} || {{ echo no route to db >&2; exit 2; }}"),
        *("--test", f"backlog warning=test ! -e {trouble}.small"),
        *OFTEN,
    )
    wait_until(lambda: document("queue").get("reason") == "2 checks pass", 60, "both pass")
    assert probe("queue").exit == 0
    (tmp_path / "trouble.small").touch()
    wait_until(lambda: document("queue")["status"] == "degraded", 60, "a warning")
    assert check(document, "backlog", "queue")["output"] == "exit status 1"
    trouble.touch()
    wait_until(lambda: document("queue")["status"] == "unhealthy", 60, "a failure")
    assert "answers no route to db (critical" in probe("queue").text
    trouble.unlink()
    (tmp_path / "trouble.small").unlink()
    wait_until(lambda: probe("queue").exit == 0, 60, "both pass again")
    watch.send_signal(signal.SIGTERM)
    assert watch.wait(60) == 0
    assert document("queue")["status"] == "unhealthy"
    assert document("queue")["reason"] == "stopped"
    assert document("queue")["interval_ms"] == 0


def test_the_tests_of_a_command_keep_their_results_beside_its_reaper(start_watched, document, probe):
    start_watched(
        *("--test", "a=exit 0", "--test", "b warning=exit 7", "--test-every", "50ms"),
        command=["sleep", "60"],
    )
    wait_until(lambda: check(document, "b", "job").get("output") == "exit status 7", 60, "both have run")
    sequence = document("job")["sequence"]
    wait_until(lambda: document("job")["sequence"] > sequence + 4, 60, "more have run")
    assert check(document, "a", "job")["state"] == "pass"
    assert check(document, "b", "job")["output"] == "exit status 7"
    assert probe("job").exit == 1


def test_a_command_with_a_test_is_a_service(redis, probe):
    done = subprocess.run(
        [binary("healthbeat"), "run", "--test", "a=true", "job", "--", "true"],
        env=clean_environment(HEARTBEAT_REDIS_URL=redis.url),
        timeout=60,
    )
    assert (done.returncode, probe("job").exit) == (0, 1)


def test_a_test_that_hangs_is_killed_at_its_limit_and_again(start_watch, document):
    word = f"7{os.getpid()}1"
    start_watch("--test", f"a=sleep {word} & wait", "--test-limit", "500ms", *OFTEN)

    def output():
        return check(document, "a", "queue").get("output", "")

    wait_until(lambda: output() == "killed after 500ms", 60, "it says so")
    wait_until(lambda: processes_with(word), 60, "it runs again")
    wait_until(lambda: output().startswith("killed") and not processes_with(word), 60, "the group is gone")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("action", ["run", "watch"])
def test_no_test_outlives_healthbeat(start_watch, start_watched, redis, action, how):
    word = f"7{os.getpid()}{'2' if action == 'run' else '3'}{int(how)}"
    test = ("--test", f"a=sleep {word} & sleep {word}; wait", "--test-limit", "1h")
    if action == "run":
        process = start_watched(*test, command=["sleep", "60"])
    else:
        process = start_watch(*test)
    wait_until(lambda: len(processes_with(word)) == 2, 60, "the test runs")
    process.send_signal(how)
    process.wait(60)
    wait_until(lambda: not processes_with(word), 60, "nothing of it is left")


def test_a_watch_leaves_no_zombies(start_watch, document):
    watch = start_watch("--test", "a=true", "--test-every", "20ms")
    wait_until(lambda: document("queue").get("sequence", 0) > 4, 60, "many tests have run")

    def children():
        found = []
        for file in Path(f"/proc/{watch.pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):  # a thread has ended meanwhile
                found += file.read_text().split()
        return found

    wait_until(lambda: len(children()) == 1, 60, "the companion is the only child")


def test_passwords_in_what_a_test_says_are_masked(start_watch, document):
    start_watch("--test", "a=echo cannot open redis://u:secret@db >&2; exit 1")
    wait_until(lambda: check(document, "a", "queue").get("output"), 60, "it fails")
    assert "secret" not in str(document("queue"))


def test_a_watch_without_redis_or_test_does_not_begin(redis):
    for arguments, complaint in (
        (["queue"], "watch needs --test"),
        (["queue", "--test", "a=true", "--redis", "none"], "none"),
        (["queue", "--test", "a=true", "--test", "a=false"], "check 'a' is declared twice"),
    ):
        done = subprocess.run(
            [binary("healthbeat"), "watch", *arguments],
            env=clean_environment(HEARTBEAT_REDIS_URL=redis.url),
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == 1
        assert complaint in done.stderr.decode()
