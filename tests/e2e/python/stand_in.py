"""What a stand-in has beside the code that a real service would have: the means to break it.

It takes the orders of the C++ stand-ins, over the same socket; their programs
are its control client, too.
"""

import os
import signal
import socketserver
import sys
import threading
import time

from heartbeat import Clock, Heartbeat, Schedule


class StandIn:
    def __init__(self, service, *rows):
        """Without a service, that of HEARTBEAT_SERVICE."""
        self.clock = Clock()
        self.beat = Heartbeat(service, clock=self.clock, log=self.say)
        self.broken = dict.fromkeys(rows, False)
        self._hanging = False
        self._ending = False
        self._control = None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)

    def say(self, line):
        print(line, file=sys.stderr, flush=True)

    def next(self, pause=0.05):
        """Ends a pass of the main loop: False once the process was told to end."""
        if self._control is None:
            self._control = _Control(os.environ["STAND_IN_CONTROL"], _Order)
            self._control.stand_in = self
            threading.Thread(target=self._control.serve_forever, daemon=True).start()
        time.sleep(pause)
        while self._hanging and not self._ending:
            time.sleep(pause)
        return not self._ending

    def obey(self, line):
        """The answer on the wire: `ok TEXT` or `error TEXT`."""
        command, _, argument = line.partition(" ")
        if command in ("break", "heal") and argument in self.broken:
            self.broken[argument] = command == "break"
        elif command in ("hang", "resume"):
            self._hanging = command == "hang"
        elif command == "advance":
            self.clock.advance(float(argument.rstrip("s")))
            # As in the C++ one: the main loop's work happens again before anyone judges.
            time.sleep(0.3)
        elif command != "status":
            return f"error no order {line!r}"
        status, reason = self.beat.judge()
        return f"ok {status}: {reason}"

    def _end(self, *_):
        self._ending = True


class _Order(socketserver.StreamRequestHandler):
    def handle(self):
        answer = self.server.stand_in.obey(self.rfile.readline().decode().strip())
        self.wfile.write(f"{answer}\n".encode())


class _Control(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class Every:
    """Thins out the passes of a loop: due at the first, then once a period."""

    def __init__(self, period):
        self._period, self._next = period, 0.0

    def due(self):
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._period
        return True


def market_hours():
    return Schedule(os.environ["MARKET_HOURS"])
