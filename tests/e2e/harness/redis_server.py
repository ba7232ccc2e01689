"""A redis-server of the test's own: a Unix socket and, once asked for, a loopback port."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import time

import redis

from harness.process import finish, spawn
from harness.programs import server_program

START_LIMIT = 20.0
PORTS = range(10_000, 32_000)  # the kernel gives none of them away while a server restarts


def free_port():
    while True:
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", random.choice(PORTS)))
            return one.getsockname()[1]


class RedisServer:
    def __init__(self, folder, tcp=False, options=(), wrapper=(), tls=None):
        """`wrapper` is a command in front of redis-server, such as one that changes the network.

        `tls` are its options for that, and its port speaks nothing else then.
        """
        self.folder = folder
        self.socket = os.path.join(folder, "redis.sock")
        self.port = free_port() if tcp else 0
        self.options = list(options)
        self.wrapper = list(wrapper)
        self.tls = tls
        self.process = None

    @property
    def url(self):
        scheme = "rediss" if self.tls else "redis"
        return f"{scheme}://127.0.0.1:{self.port}" if self.port else f"unix://{self.socket}"

    def url_as(self, user, password):
        assert self.port, "only a TCP server has room for a user"
        return f"redis://{user}:{password}@127.0.0.1:{self.port}"

    def start(self, *more_options, wait=True):
        port = str(self.port)
        ports = ["--port", "0", "--tls-port", port, *self.tls] if self.tls else ["--port", port]
        command = [*self.wrapper, server_program(), *ports, "--bind", "127.0.0.1"]
        command += ["--unixsocket", self.socket, "--unixsocketperm", "700", "--dir", self.folder]
        command += ["--save", "", "--appendonly", "no", *self.options, *more_options]
        with open(os.path.join(self.folder, "redis.log"), "a") as log:
            self.process = spawn(command, stdout=log, stderr=subprocess.STDOUT)
        if wait:
            self._wait_until_it_answers()
        return self

    def _wait_until_it_answers(self):
        end = time.monotonic() + START_LIMIT
        while time.monotonic() < end and self.process.poll() is None:
            try:
                self.client().ping()
                return
            except redis.exceptions.AuthenticationError:
                return
            except redis.exceptions.RedisError:
                time.sleep(0.02)
        with open(os.path.join(self.folder, "redis.log")) as log:
            raise RuntimeError(f"redis-server does not start:\n{log.read()[-2000:]}")

    def client(self, **options):
        return redis.Redis(unix_socket_path=self.socket, socket_timeout=5, **options)

    def stop(self):
        """Ends at once and leaves nothing, as a crash would."""
        finish(self.process)

    def set_user(self, user, secret, rules, **login):
        """Makes the user anew, with these rules and no others."""
        words = ["reset", "on", f">{secret}", *rules.split()]
        with self.client(**login) as client:
            client.execute_command("ACL", "SETUSER", user, *words)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)
