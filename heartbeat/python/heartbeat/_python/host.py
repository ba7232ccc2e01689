"""What this machine and this process are called, where the system says so."""

from __future__ import annotations

import os
import socket
import time
from typing import Any, Dict, Optional

from heartbeat._python.texts import MS

_BOOTTIME = getattr(time, "CLOCK_BOOTTIME", None)


def host_name() -> str:
    return socket.gethostname()


def boot_id() -> str:
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.readline().strip()
    except (OSError, ValueError):
        return ""


def boot_ms() -> int:
    """Since the boot, suspensions included. Only where boot_id() is known."""
    return 0 if _BOOTTIME is None else time.clock_gettime_ns(_BOOTTIME) // MS


def suspended_since_boot() -> int:
    difference = 0
    if _BOOTTIME is None:
        return difference
    for _ in range(4):  # again if the thread lost its processor between two readings
        before = time.monotonic_ns()
        difference = time.clock_gettime_ns(_BOOTTIME) - before
        if time.monotonic_ns() - before < 10 * MS:
            break
    return difference


def _start_ticks() -> Optional[int]:
    try:
        with open("/proc/self/stat", "rb") as file:
            line = file.read(1024)
        # `12 (name) S 1 ...`: the name of the process may contain anything.
        return int(line[line.rindex(b") ") + 2 :].split()[22 - 3])
    except (OSError, ValueError, IndexError):
        return None


def _namespace_inode(kind: str) -> Optional[int]:
    try:
        return os.stat(f"/proc/self/ns/{kind}").st_ino
    except OSError:
        return None


def this_instance(name: str) -> Dict[str, Any]:
    """The member `instance` of the document."""
    instance: Dict[str, Any] = {
        "host": host_name(), "pid": os.getpid(), "id": os.urandom(8).hex(),
    }  # fmt: skip
    if name:
        instance["name"] = name
    for member, value in (
        ("start_ticks", _start_ticks()),
        ("pid_namespace", _namespace_inode("pid")),
        ("net_namespace", _namespace_inode("net")),
    ):
        if value is not None:
            instance[member] = value
    return instance
