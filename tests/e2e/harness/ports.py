"""Free ports: no two processes of these tests get the same one, not even those of two runs."""

import contextlib
import fcntl
import itertools
import os
import pathlib
import socket
import tempfile

PORTS = range(10_000, 32_000)  # the kernel gives none of them away while a server restarts
SHARE = 250

_own = None


def _take_share():
    """The ports of this process, which holds a lock on them until it ends."""
    folder = pathlib.Path(tempfile.gettempdir(), f"e2e-ports-{os.getuid()}")
    folder.mkdir(exist_ok=True)
    for first in PORTS[::SHARE]:
        lock = open(folder / str(first), "w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock, itertools.cycle(range(first, first + SHARE))
        except BlockingIOError:
            lock.close()
    raise RuntimeError("more test processes than shares of ports")


def free_port():
    global _own
    _own = _own or _take_share()
    for port in _own[1]:
        with socket.socket() as one, contextlib.suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(("127.0.0.1", port))
            return port
