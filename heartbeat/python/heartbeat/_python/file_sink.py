"""Writes the document to a file, which is replaced as a whole."""

from __future__ import annotations

import errno
import os
import stat
from typing import Callable

from heartbeat._python.resp import Deadline
from heartbeat._python.texts import printable
from heartbeat._python.writer_state import MAX_ERROR_BYTES, Beat, Lateness, SharedWriter
from heartbeat._values import Writer

_READABLE = 0o644  # the reader may run as another user
_FLAGS = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)


def _is_no_file(path: str) -> bool:
    """What a rename would replace, although its readers and writers have it open."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def replace_file(path: str, content: bytes) -> None:
    """Raises OSError."""
    if _is_no_file(path):
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))
    temporary = f"{path}.{os.urandom(6).hex()}.tmp"
    descriptor = os.open(temporary, _FLAGS, _READABLE)
    try:
        try:
            if hasattr(os, "fchmod"):
                os.fchmod(descriptor, _READABLE)
            while content:
                content = content[os.write(descriptor, content) :]
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise


class FileSink:
    def __init__(self, path: str, writer: SharedWriter, log: Callable[[str], None]):
        self._path, self._writer, self._log = path, writer, log
        self._error = ""  # of the last write

    def condition(self, lateness: Lateness) -> Writer:
        """What the Redis thread noted, with the lateness of the file's thread. Who reads this
        document reads a file that was written."""
        return self._writer.read()._replace(**lateness.describe(), file_error="")

    def write(self, beat: Beat, deadline: Deadline) -> bool:
        error = ""
        try:
            replace_file(self._path, beat.text)
        except (OSError, ValueError) as failure:
            why = getattr(failure, "strerror", None) or str(failure)
            error = printable(f"cannot write {self._path}: {why}", MAX_ERROR_BYTES)
        if error != self._error:
            self._error = error
            self._writer.update(file_error=error)
            self._log(error or f"writes {self._path} again")
        return not error
