"""Sets a fault up, and asks the probe what it makes of it."""

import re
import subprocess
import time

import pytest

from harness.fault import ENCODED, SECRET, TELLTALE, TROUBLE, Scene
from harness.probe import LIMIT, Answer, run
from harness.process import binary, clean_environment, finish, spawn
from harness.stage import Stage

GRACE = 0.1
PRECISE_TRIES, TRIES = 5, 10


def idle_run(*command):
    """The probe does nothing but start and end."""
    return run([*command, binary("healthprobe"), "--version"], clean_environment())


def arguments_of(process):
    """What everyone on the machine can see of it."""
    with open(f"/proc/{process.pid}/cmdline", "rb") as file:
        return file.read()


def assert_silent(*outputs):
    """None of these bytes shows the secret, raw, encoded, or in part."""
    for output in outputs:
        text = output.decode("utf-8", "backslashreplace")
        for secret in (SECRET, ENCODED, TELLTALE):
            assert secret.lower() not in text.lower()


class FaultCheck:
    def __init__(self, folder, cleanup, attempts):
        self.folder, self.cleanup, self.attempts = folder, cleanup, attempts

    def set_up(self, fault):
        scene = fault.scene(Stage(self.folder, self.cleanup))
        return Scene(scene) if isinstance(scene, str) else scene

    def assert_found(self, fault):
        """With the secret in the environment and in the URL, where trouble fails and passes."""
        scene = self.set_up(fault)
        self.assert_answer(fault, scene, secret_in_url=False, passes=False)
        self.assert_answer(fault, scene, secret_in_url=True, passes=True)

    def assert_answer(self, fault, scene, secret_in_url, passes):
        policy = ["--on-redis-error", "pass"] if passes else []
        found, is_in_time = self.ask_in_time(fault, scene, secret_in_url, policy)
        exit_status = 0 if passes and fault.reason in TROUBLE else 1
        assert found.found == (exit_status, fault.verdict, fault.reason), found
        assert is_in_time, f"only after {found.seconds:.3f} s: {found}"
        if fault.hangs:
            assert found.seconds > fault.timeout / 2, f"it did not hang: {found}"
        assert found.stdout.count("\n") == 1, found
        assert found.stdout[:-1].isprintable(), found
        assert len(found.stdout.encode()) <= 4096
        assert re.search(fault.says, found.text), found

    def ask_in_time(self, fault, scene, secret_in_url, policy):
        """The answer, and whether it came within the deadline and 100 ms.

        What the same binary takes at that moment to do nothing, which is much with a
        sanitizer, is not the deadline's. What need not wait must not: it has to be
        there before the deadline.

        A machine that is too busy for that five times shows nothing about 100 ms. From
        then on half the deadline is enough. A probe that was held up for its whole
        deadline names an earlier step than the one that hangs, and is asked again.
        """
        tries = 0

        def measure():
            nonlocal tries
            tries += 1
            found = self.ask(fault, scene, secret_in_url, policy)
            grace = GRACE if tries <= PRECISE_TRIES else fault.timeout / 2
            late = found.seconds - fault.timeout - (grace if fault.hangs else 0)
            return found, late <= 0 or late <= idle_run(*scene.command).seconds

        def is_good(result):
            found, is_in_time = result
            return is_in_time and re.search(fault.says, found.text)

        return self.attempts.until(is_good, measure, TRIES)

    def ask(self, fault, scene, secret_in_url, policy):
        started = time.monotonic()
        process = self.start_probe(scene, secret_in_url, f"{fault.timeout}s", *policy)
        shown = arguments_of(process)
        if fault.hangs:
            try:
                process.wait(fault.timeout / 2)
            except subprocess.TimeoutExpired:
                shown += arguments_of(process)
        streams = process.communicate(timeout=LIMIT)
        seconds = time.monotonic() - started
        assert_silent(*streams, shown)
        text = [stream.decode("utf-8", "backslashreplace") for stream in streams]
        return Answer(process.returncode, *text, seconds)

    def start_probe(self, scene, secret_in_url, timeout, *arguments, **variables):
        """As a process of its own, in a folder of the test's."""
        command = [*scene.command, binary("healthprobe"), "ingestion", "--timeout", timeout]
        process = spawn(
            [*command, *arguments],
            env={**scene.environment(secret_in_url), **variables},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.cleanup.callback(finish, process)
        return process


@pytest.fixture
def fault_check(tmp_path, cleanup, attempts):
    return FaultCheck(tmp_path, cleanup, attempts)
