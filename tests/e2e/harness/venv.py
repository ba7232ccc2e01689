"""A virtual environment with a wheel in it, and six lines of Python that beat there."""

import functools
import itertools
import os
import subprocess
import sys
from typing import NamedTuple

from harness.process import clean_environment, spawn
from harness.waiting import wait_until

SIX_LINES = """\
from heartbeat import CRITICAL, Heartbeat
beat = Heartbeat(service="{}")
websocket = beat.flag("websocket")
beat.check("websocket_connected", CRITICAL, websocket.is_set())
beat.start()
websocket.set(True)
"""
# Until its input ends; then it ends without a last document.
THEN = """
import heartbeat, os, sys
print(heartbeat.implementation, flush=True)
sys.stdin.read()
os._exit(0)
"""
numbers = itertools.count(1)


class Venv:
    patience = 120  # seconds, for the first healthy verdict
    variables = {}  # of every program

    def __init__(self, path):
        subprocess.run([sys.executable, "-m", "venv", path], check=True, timeout=300)
        self.path = path
        self.of_python = {"LD_PRELOAD": preload, "ASAN_OPTIONS": "detect_leaks=0"} if (
            preload := os.environ.get("E2E_PRELOAD")) else {}  # fmt: skip

    def command(self, program):
        return [self.path / "bin" / program]

    def _options(self, variables):
        return {"cwd": self.path, "text": True, "env": clean_environment(**self.variables, **variables)}

    def run(self, program, *arguments, **variables):
        command = [*self.command(program), *arguments]
        return subprocess.run(command, capture_output=True, timeout=300, **self._options(variables))

    def install(self, wheel):
        done = self.run("pip", "install", "--no-index", "--force-reinstall", wheel)
        assert done.returncode == 0, done.stderr

    def python(self, *arguments, **variables):
        return self.run("python", "-B", *arguments, **self.of_python, **variables)

    def start_python(self, *arguments, **variables):
        command = [*self.command("python"), "-B", *arguments]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return spawn(command, **pipes, **self._options({**self.of_python, **variables}))


class Beaten(NamedTuple):
    service: str
    stderr: str


def probe_of_the_venv_says_healthy(venv, redis_url, service):
    found = venv.run("healthprobe", service, HEARTBEAT_REDIS_URL=redis_url)
    expected = f"{service} healthy [healthy]: 1 check passes, last beat "
    return found.returncode == 0 and found.stdout.startswith(expected)


def assert_beats(venv, redis_url, writer, says_healthy=None):
    """Six lines make healthprobe say healthy: that of the venv, or what says_healthy(service) asks."""
    says_healthy = says_healthy or functools.partial(probe_of_the_venv_says_healthy, venv, redis_url)
    service = f"six-lines-{next(numbers)}"
    code = SIX_LINES.format(service) + THEN
    python = venv.start_python("-c", code, HEARTBEAT_REDIS_URL=redis_url)
    try:
        wait_until(lambda: says_healthy(service) or python.poll() is not None, venv.patience, "healthy")
        assert python.poll() is None, "it has ended"
    finally:
        stdout, stderr = python.communicate(timeout=60)
        print(stderr)  # for the report of a failure
    assert stdout == f"{writer}\n"
    return Beaten(service, stderr)
