"""Keeps the key `health:<service>` in Redis fresh and true, for Python services.

    from heartbeat import CRITICAL, WARNING, Heartbeat, Schedule

    market_hours = Schedule("Mon-Fri 09:15-15:30 Asia/Kolkata", ["2026-01-26"])

    beat = Heartbeat(service="ingestion")          # Redis from HEARTBEAT_REDIS_URL or REDIS_URL
    connected = beat.flag("websocket")
    ticks = beat.activity("ticks")
    forbidden = beat.errors("http_403")
    attempts = beat.gauge("reconnect_attempts")

    beat.check("websocket_connected", CRITICAL, connected.is_set())
    beat.check("ticks_received", CRITICAL, ticks.within(60), during=market_hours)
    beat.check("token_validity", CRITICAL, forbidden.count(300) == 0)
    beat.check("reconnect_attempts", WARNING, attempts < 10)
    beat.check("tick_rate", WARNING, ticks.rate(60) > 0, during=market_hours)
    beat.check("database_connection", CRITICAL, beat.succeeds(test_query, every=10, limit=5))
    beat.start()
    ...
    ticks.mark()

Declare the checks, call start(), then mark from any thread. Durations are seconds or
a timedelta. Threads of libheartbeat.so write the document; they need no interpreter lock
and take no signal, so the document stays true while Python hangs. Where there is no such
library, threads in Python write the same document: `implementation` is then "python"
instead of "library", and docs/python.md says what differs. A started beat lives
until stop(), close() or the end of the interpreter, which writes a last document:
`unhealthy`, `stopped`. SIGTERM ends Python without that document unless the program
catches it: signal.signal(SIGTERM, lambda *_: sys.exit(0)).

After os.fork(), and in a multiprocessing child of the method "fork", marks count for the
parent's beat. Otherwise an inherited Heartbeat is silent there. If the parent had not
started it, the child may, and then beats as a process of its own.

The library is looked for at HEARTBEAT_LIBRARY, else in this package, beside it, and where
the system keeps libraries. One that is there and cannot be loaded is a warning of the
logger `heartbeat`. HEARTBEAT_IMPLEMENTATION=library or =python demands one of the two.
"""

from heartbeat._backend import backend as _implementation
from heartbeat._beat import Heartbeat
from heartbeat._schedule import Clock, Schedule
from heartbeat._sources import Condition, Events, Flag, Gauge
from heartbeat._values import (
    CRITICAL, WARNING, ClosedError, ConfigError, HeartbeatError, Judgement, Sessions, Severity,
    Status, Writer,
)  # fmt: skip

__all__ = [
    "CRITICAL", "WARNING", "Clock", "ClosedError", "Condition", "ConfigError", "Events", "Flag",
    "Gauge", "Heartbeat", "HeartbeatError", "Judgement", "Schedule", "Sessions", "Severity",
    "Status", "Writer",
]  # fmt: skip

__version__: str = _implementation.VERSION
implementation: str = _implementation.NAME

for _public in (
    Clock, ClosedError, Condition, ConfigError, Events, Flag, Gauge, Heartbeat, HeartbeatError,
    Judgement, Schedule, Sessions, Severity, Status, Writer,
):  # fmt: skip
    _public.__module__ = __name__  # messages and pickles name it so
