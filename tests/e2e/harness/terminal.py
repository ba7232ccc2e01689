"""A program on a terminal of its own, and what that terminal shows."""

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import threading
import time

from harness.process import finish

SEQUENCE = re.compile(rb"\x1b\[(\??)([0-9;]*)([A-Za-z])")


class Screen:
    """As much of a terminal as a board asks for; anything else is an error."""

    def __init__(self):
        self.modes = {1049: False, 25: True, 7: True}
        self.lines = [[]]
        self.row = self.column = 0
        self.unknown = []

    def feed(self, data):
        """Takes in what it can; the rest, half a sequence, is returned."""
        while data:
            if data[:1] == b"\x1b":
                found = SEQUENCE.match(data)
                if not found:
                    return data
                self._obey(*found.groups())
                data = data[found.end() :]
            else:
                end = data.find(b"\x1b")
                text = data if end < 0 else data[:end]
                self._print(text.decode("utf-8", "replace"))
                data = data[len(text) :]
        return b""

    def _print(self, text):
        for character in text:
            if character == "\r":
                self.column = 0
            elif character == "\n":
                self.row += 1
            else:
                line = self._line()
                line[self.column : self.column + 1] = character
                self.column += 1

    def _line(self):
        while len(self.lines) <= self.row:
            self.lines.append([])
        line = self.lines[self.row]
        line.extend(" " * (self.column - len(line)))
        return line

    def _obey(self, private, numbers, letter):
        if private and letter in b"hl":
            self.modes[int(numbers)] = letter == b"h"
        elif letter == b"H":
            self.row, self.column = int(numbers or b"1") - 1, 0
        elif letter == b"K":
            del self._line()[self.column :]
        elif letter == b"J":
            del self._line()[self.column :]
            del self.lines[self.row + 1 :]
        elif letter != b"m":
            self.unknown.append((private, numbers, letter))


class Terminal:
    """`is_session`: keys such as Ctrl-C are signals; else a signal may stop the program."""

    def __init__(self, command, environment, columns=80, rows=24, is_session=True, **streams):
        self.master, self.slave = pty.openpty()
        self.screen = Screen()
        self.written = b""
        self._rest = b""
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
                self._rest = self.screen.feed(self._rest + data)

    @property
    def lines(self):
        return ["".join(line).rstrip() for line in list(self.screen.lines)]

    def type(self, keys):
        os.write(self.master, keys.encode())

    def resize(self, columns, rows):
        """The program hears of it where the terminal is its session's."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def attributes_now(self):
        return termios.tcgetattr(self.slave)

    def is_restored(self):
        return self.attributes_now() == self.attributes and self.screen.modes == {
            1049: False,
            25: True,
            7: True,
        }

    def wait(self, seconds=20):
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
