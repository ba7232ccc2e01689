"""A virtual environment with a wheel in it, and six lines of Python that beat there."""

import os
import subprocess
import sys

from harness.process import clean_environment

SIX_LINES = """\
from heartbeat import CRITICAL, Heartbeat
beat = Heartbeat(service="six-lines")
websocket = beat.flag("websocket")
beat.check("websocket_connected", CRITICAL, websocket.is_set())
beat.start()
websocket.set(True)
"""
# Until the document says so; the process then ends without a last one.
THEN = """
import heartbeat, os, time
while beat.judge().status or beat.sequence() < 2: time.sleep(0.01)
print(heartbeat.implementation, flush=True)
time.sleep(0.5)
os._exit(0)
"""


class Venv:
    def __init__(self, path):
        subprocess.run([sys.executable, "-m", "venv", path], check=True, timeout=300)
        self.path = path
        self.preload = {"LD_PRELOAD": preload, "ASAN_OPTIONS": "detect_leaks=0"} if (
            preload := os.environ.get("E2E_PRELOAD")) else {}  # fmt: skip

    def command(self, program):
        return [self.path / "bin" / program]

    def run(self, program, *arguments, **variables):
        return subprocess.run(
            [*self.command(program), *arguments], cwd=self.path, capture_output=True,
            text=True, timeout=300, env=clean_environment(**variables),
        )  # fmt: skip

    def install(self, wheel):
        done = self.run("pip", "install", "--no-index", "--force-reinstall", wheel)
        assert done.returncode == 0, done.stderr

    def python(self, *arguments, **variables):
        return self.run("python", "-B", *arguments, **self.preload, **variables)


def assert_beats(venv, redis_url, writer):
    """Six lines make the key healthy. Returns what they wrote to stderr."""
    done = venv.python("-c", SIX_LINES + THEN, HEARTBEAT_REDIS_URL=redis_url)
    assert done.stdout == f"{writer}\n", done.stderr
    return done.stderr


def assert_probe_of_the_venv_says_healthy(venv, redis_url):
    probe = venv.run("healthprobe", "six-lines", HEARTBEAT_REDIS_URL=redis_url)
    assert probe.returncode == 0, probe
    assert probe.stdout.startswith("six-lines healthy [healthy]: 1 check passes, last beat ")
