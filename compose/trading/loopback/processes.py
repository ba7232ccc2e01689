"""Processes that outlive the command that started them: each in a session of its own, with a log,
and a file that says which process it is."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import time
from typing import Callable, Mapping, Sequence


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_for(condition: Callable[[], object], what: str, limit: float = 60) -> None:
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {limit:.0f} s: {what}")
        time.sleep(0.1)


def started_at(pid: int) -> str | None:
    """When a process began, in the kernel's ticks; None if there is none or it is a zombie."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


class Processes:
    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.children: dict[int, subprocess.Popen[bytes]] = {}

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] = {}, user: str = ""
    ) -> None:
        if user:
            command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *command]
        with open(self.folder / f"{name}.log", "ab") as log:
            child = subprocess.Popen(
                command, env={**os.environ, **environment}, cwd="/", stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.children[child.pid] = child
        (self.folder / f"{name}.pid").write_text(f"{child.pid} {started_at(child.pid)}")

    def names(self) -> list[str]:
        return sorted(file.stem for file in self.folder.glob("*.pid"))

    def pid(self, name: str) -> int | None:
        """None if it does not run; another process of the same number does not count."""
        try:
            pid, began = (self.folder / f"{name}.pid").read_text().split()
        except OSError:
            return None
        if int(pid) in self.children:
            self.children[int(pid)].poll()
        return int(pid) if started_at(int(pid)) == began else None

    def send(self, name: str, number: signal.Signals) -> None:
        """To the process and what it has started, or to none."""
        pid = self.pid(name)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, number)

    def stop(self, name: str, number: signal.Signals = signal.SIGKILL, limit: float = 10) -> None:
        self.send(name, number)
        self.send(name, signal.SIGCONT)
        try:
            wait_for(lambda: self.pid(name) is None, f"{name} ends", limit)
        except TimeoutError:
            self.send(name, signal.SIGKILL)
            wait_for(lambda: self.pid(name) is None, f"{name} ends", 5)
        (self.folder / f"{name}.pid").unlink(missing_ok=True)
