"""A stand-in service as a real process, and the means to break it."""

import os
import signal
import subprocess
import threading

from harness.process import binary, clean_environment, finish_group, spawn

CONTROL_LIMIT = 60
ALWAYS_OPEN = "Mon-Sun 00:00-24:00 UTC"


def program_of(service):
    return "worker" if service.startswith("worker") else service


class Service:
    def __init__(self, name, redis_url, folder, tag="", wrapper=(), **variables):
        """`tag` tells two processes of one service apart; `wrapper` is a command in front of it."""
        self.name = name
        self.wrapper = list(wrapper)
        self.environment = clean_environment(
            **{
                "HEARTBEAT_SERVICE": name,
                "HEARTBEAT_REDIS_URL": redis_url,
                "STAND_IN_CONTROL": os.path.join(folder, f"{name}{tag}.control"),
                "MARKET_HOURS": ALWAYS_OPEN,
                **variables,
            }
        )
        self.process = None
        self._lines = []
        self._reader = None

    @property
    def command(self):
        return [binary(program_of(self.name))]

    @property
    def own_environment(self):
        """Of the service, not of its control client."""
        return self.environment

    def start(self):
        self.process = spawn(
            [*self.wrapper, *self.command],
            env=self.own_environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def _read(self):
        for line in self.process.stdout:
            self._lines.append(line)

    @property
    def output(self):
        """Everything it printed so far."""
        return "".join(self._lines)

    def tell(self, *words):
        """One order through the service's own control client; its answer."""
        done = subprocess.run(
            [binary(program_of(self.name)), *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=CONTROL_LIMIT,
        )
        if done.returncode != 0:
            raise AssertionError(f"{self.name} {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, limit):
        """Its exit status."""
        return self.process.wait(limit)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def clean_up(self):
        finish_group(self.process)
        self._reader.join(5)
        self.process.stdout.close()
