"""A redis-server of the test's own: a Unix socket and, once asked for, a loopback port."""

import json
import os
import signal
import subprocess
import time

import redis

from harness.ports import free_port
from harness.process import finish, spawn
from harness.programs import server_program

START_LIMIT = 60.0
# What a Redis is told to drop every other client.
KILL_ALL = ("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")


class RedisServer:
    def __init__(self, folder, tcp=False, options=(), wrapper=(), tls=None, login=None):
        """`wrapper` is a command in front of redis-server, such as one that changes the network.

        `tls` are its options for that, and its port speaks nothing else then. `login` is what
        its clients here say, such as {"password": ...}.
        """
        self.folder = str(folder)
        self.socket = os.path.join(folder, "redis.sock")
        self.port = free_port() if tcp else 0
        self.options = list(options)
        self.wrapper = list(wrapper)
        self.tls = tls
        self.login = login or {}
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
        options = {"socket_timeout": 20, **self.login, **options}
        return redis.Redis(unix_socket_path=self.socket, **options)

    def document(self, service, prefix="health:"):
        """What it holds at this moment; {} for nothing."""
        with self.client() as client:
            return json.loads(client.get(f"{prefix}{service}") or "{}")

    def kill_connections(self):
        with self.client() as client:
            client.execute_command(*KILL_ALL)

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
