"""One sentinel, on a loopback port and a Unix socket."""

import os
import signal
import subprocess

from harness.ports import free_port
from harness.process import finish, spawn
from harness.programs import server_program


class Sentinel:
    def __init__(self, folder, name, lines):
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder)
        self.port = free_port()
        self.socket = os.path.join(self.folder, "redis.sock")
        self.lines = lines
        self.process = None

    def start(self, ports):
        path = os.path.join(self.folder, "sentinel.conf")  # the sentinel writes to it, too
        own = [*ports, "bind 127.0.0.1", f"dir {self.folder}", f"unixsocket {self.socket}"]
        with open(path, "w") as file:
            file.write("\n".join([*own, *self.lines, ""]))
        with open(os.path.join(self.folder, "log"), "a") as log:
            command = [server_program(), path, "--sentinel"]
            self.process = spawn(command, stdout=log, stderr=subprocess.STDOUT)

    def stop(self):
        finish(self.process)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)
