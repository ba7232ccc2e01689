"""Finds libheartbeat.so.0: HEARTBEAT_LIBRARY, else in this package, beside it, or where the system
keeps libraries."""

from __future__ import annotations

import os
import sys
from typing import Optional

from heartbeat._version import HAS_LIBRARY

SONAME = "libheartbeat.so.0"


class NoLibrary(ImportError):
    """There is none, neither beside the module nor on the system."""


def processor(path: str) -> Optional[str]:
    """For which processor an ELF file is; None if it is none."""
    try:
        with open(path, "rb") as file:
            head = file.read(20)
    except OSError:
        return None
    if len(head) < 20 or head[:4] != b"\x7fELF":
        return None
    number = int.from_bytes(head[18:20], "little" if head[5] == 1 else "big")
    names = {3: "i386", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv"}
    return names.get(number, f"processor {number}")


def why_not(path: str, error: OSError) -> str:
    """Why dlopen() refused a library that is there."""
    if os.path.islink(path) and not os.path.exists(path):
        return f"it links to {os.readlink(path)}, which is not there"
    its, own = processor(path), processor("/proc/self/exe")
    if its and own and its != own:  # dlopen() says that there is no such file
        return f"it is for {its}, and this Python for {own}"
    text = str(error)
    if text.startswith(("Error relocating", "Error loading shared library")):
        return f"{text} (this Python uses musl, as on Alpine: the library must too)"
    return text


def _is_missing(name: str, error: OSError) -> bool:
    """Whether dlopen() found no library of that name; its words differ in glibc and musl."""
    words = f"{name}: cannot open", f"Error loading shared library {name}:"
    return not os.path.lexists(name) and str(error).startswith(words)


def find_library() -> str:
    """A name for dlopen(). Raises ImportError: why what is there cannot be loaded, or else where
    it looked."""
    import ctypes  # not every Python has it

    named = os.environ.get("HEARTBEAT_LIBRARY")
    package = os.path.dirname(os.path.abspath(__file__))
    folders = package, os.path.dirname(package)
    beside = [os.path.join(at, name) for at in folders for name in (SONAME, "libheartbeat.so")]
    problems = []
    system = [SONAME] if sys.platform.startswith("linux") else []
    for candidate in [named] if named else [*filter(os.path.lexists, beside), *system]:
        try:
            ctypes.CDLL(candidate)
            return candidate
        except OSError as error:
            if not _is_missing(candidate, error):
                problems.append(f"cannot load {candidate}: {why_not(candidate, error)}")
    if named:
        problems.append(f"HEARTBEAT_LIBRARY={named}: there is no such library")
    if problems:
        raise ImportError(f"heartbeat: {problems[0]}")
    looked = f"looked in {folders[0]}, in {folders[1]} and where the system keeps libraries"
    if HAS_LIBRARY:
        raise ImportError(f"heartbeat: no {SONAME}, which this package came with: {looked}")
    raise NoLibrary(f"heartbeat: no {SONAME}: {looked}")
