"""A program on a terminal of its own, and what that terminal shows."""

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import threading
import time

import pyte

from harness.process import finish

# Modes of a terminal: another screen than the shell's, a cursor that shows, lines that wrap.
ALTERNATE, CURSOR, WRAP = 1049, 25, 7
AS_AT_FIRST = {ALTERNATE: False, CURSOR: True, WRAP: True}


class Screen(pyte.Screen):
    """Larger than any terminal of these tests, so that what does not fit there shows."""

    def __init__(self):
        super().__init__(columns=200, lines=60)
        self.unknown = []

    def debug(self, *arguments, **_):
        """For sequences that pyte does not know."""
        self.unknown.append(arguments)

    def has(self, mode):
        return mode << 5 in self.mode


class Terminal:
    """`is_session`: keys such as Ctrl-C are signals; else a signal may stop the program."""

    def __init__(self, command, environment, columns=80, rows=24, is_session=True, **streams):
        self.master, self.slave = pty.openpty()
        self.screen = Screen()
        self.written = b""
        self._stream = pyte.ByteStream(self.screen)
        self._lock = threading.Lock()
        self.resize(columns, rows)
        self.attributes = termios.tcgetattr(self.slave)

        def prepare():
            if is_session:
                os.setsid()
                fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
            else:
                os.setpgid(0, 0)

        streams = {"stdin": self.slave, "stdout": self.slave, "stderr": self.slave, **streams}
        self.process = subprocess.Popen(
            command, env=environment, preexec_fn=prepare, pass_fds=[self.slave], **streams
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._ending = False
        self._reader.start()

    def _read(self):
        with contextlib.suppress(OSError):
            while not self._ending:
                if not select.select([self.master], [], [], 0.1)[0]:
                    continue
                data = os.read(self.master, 65536)
                self.written += data
                with self._lock:
                    self._stream.feed(data)

    @property
    def lines(self):
        with self._lock:
            lines = [line.rstrip() for line in self.screen.display]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def type(self, keys):
        os.write(self.master, keys.encode())

    def resize(self, columns, rows):
        """The program hears of it where the terminal is its session's."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def attributes_now(self):
        return termios.tcgetattr(self.slave)

    def is_restored(self):
        modes = {mode: self.screen.has(mode) for mode in AS_AT_FIRST}
        return self.attributes_now() == self.attributes and modes == AS_AT_FIRST

    def wait(self, seconds=60):
        return self.process.wait(seconds)

    def hang_up(self):
        """As if the window was closed."""
        self._ending = True
        self._reader.join()
        os.close(self.slave)
        os.close(self.master)
        self.slave = self.master = -1

    def close(self):
        finish(self.process)
        self._ending = True
        self._reader.join()
        for descriptor in (self.master, self.slave):
            if descriptor >= 0:
                os.close(descriptor)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_stopped(pid):
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rsplit(")", 1)[1].split()[0] == "T"


def pause(seconds):
    """For what must not happen meanwhile."""
    time.sleep(seconds)
