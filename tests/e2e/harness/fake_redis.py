"""A server that does to its clients whatever Redis, or what is no Redis, may do.

    fake = FakeRedis({"GETRANGE": "-LOADING Redis is loading the dataset in memory"})
    ... fake.url ...
    fake.stop()

A script maps the name of a command to what follows it: a line of text, raw bytes,
one of the behaviours below, or a list of these. A command that the script does not
name is answered as by a Redis that holds a healthy document. Two keys are no
commands: "accept" is a new connection, "bytes" whatever comes first on it, which
is then not read as a command.
"""

import contextlib
import socket
import struct
import threading
import time

LIMIT = 120

HEALTHY = b'{"status": "healthy"}'
ORDINARY = {
    "AUTH": "+OK",
    "SELECT": "+OK",
    "ASKING": "+OK",
    "PING": "+PONG",
    "GETRANGE": b"$%d\r\n%s\r\n" % (len(HEALTHY), HEALTHY),
    "PTTL": ":30000",
}


class HangUp(Exception):
    """The end of a connection."""


class Peer:
    """One connection, and the command that is being answered."""

    def __init__(self, connection):
        self.socket = connection
        self.words = []
        self._unread = b""

    @property
    def port(self):
        return self.socket.getsockname()[1]

    def send(self, reply):
        self.socket.sendall(reply if isinstance(reply, bytes) else reply.encode() + b"\r\n")

    def receive(self):
        data = self.socket.recv(65536)
        if not data:
            raise HangUp
        return data

    def read_command(self):
        """The next one, however many pieces it comes in."""
        count = int(self._take_line()[1:])
        self.words = [self._take(int(self._take_line()[1:])) for _ in range(count)]
        return self.words[0].decode().upper()

    def _take_line(self):
        while b"\r\n" not in self._unread:
            self._unread += self.receive()
        line, self._unread = self._unread.split(b"\r\n", 1)
        return line

    def _take(self, size):
        while len(self._unread) < size + 2:
            self._unread += self.receive()
        word, self._unread = self._unread[:size], self._unread[size + 2 :]
        return word


# --- Behaviours -----------------------------------------------------------------


def silence(peer):
    """Reads on, and never answers."""
    while True:
        peer.receive()


def close(peer):
    peer.socket.shutdown(socket.SHUT_WR)
    silence(peer)  # closed at once, with something left to read, it would be a reset


def reset(peer):
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise HangUp


def drip(data, pause=0.05):
    """Byte after byte: there is always some progress, and never enough."""

    def act(peer):
        for byte in data:
            peer.socket.sendall(bytes([byte]))
            time.sleep(pause)

    return act


def flood(data, times):
    def act(peer):
        for _ in range(times):
            peer.socket.sendall(data)

    return act


class FakeRedis:
    def __init__(self, script, path=None):
        """`path` is that of a unix socket; without one it listens on a free port."""
        self.script = {**ORDINARY, **script}
        if path:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(path)
            self.listener.listen()
            self.url = f"unix://{path}"
        else:
            self.listener = socket.create_server(("127.0.0.1", 0))
            self.port = self.listener.getsockname()[1]
            self.url = f"redis://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        # close() alone would leave the accepting thread where it is.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                connection.settimeout(LIMIT)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        # What is no command to read is not what this server waits for.
        with connection, contextlib.suppress(OSError, HangUp, ValueError):
            peer = Peer(connection)
            self._follow("accept", peer)
            if "bytes" in self.script:
                peer.receive()
                self._follow("bytes", peer)
                silence(peer)
            while True:
                self._follow(peer.read_command(), peer)

    def _follow(self, key, peer):
        unknown = () if key == "accept" else f"-ERR unknown command '{key}'"
        steps = self.script.get(key, unknown)
        for step in steps if isinstance(steps, (list, tuple)) else [steps]:
            if callable(step):
                step(peer)
            else:
                peer.send(step)
