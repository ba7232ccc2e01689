"""Keeps the key `health:<service>` in Redis fresh and true, for Python services.

    from heartbeat import CRITICAL, WARNING, Heartbeat, Schedule

    beat = Heartbeat(service="ingestion")          # Redis from HEARTBEAT_REDIS_URL or REDIS_URL
    websocket = beat.flag("websocket")
    ticks = beat.activity("ticks")
    forbidden = beat.errors("http_403")
    attempts = beat.gauge("reconnect_attempts")

    beat.check("websocket_connected", CRITICAL, websocket.is_set())
    beat.check("ticks_received", CRITICAL, ticks.within(60))
    beat.check("token_validity", CRITICAL, forbidden.count(300) == 0)
    beat.check("reconnect_attempts", WARNING, attempts < 10)
    beat.check("tick_rate", WARNING, ticks.rate(60) > 0,
               during=Schedule("Mon-Fri 09:15-15:30 Asia/Kolkata", ["2026-01-26"]))
    beat.check("database_connection", CRITICAL, beat.succeeds(test_query, every=10, limit=5))
    beat.start()
    ...
    ticks.mark()

Declare the checks, call start(), then mark from any thread. Durations are seconds or
a timedelta. Threads of libheartbeat.so write the document; they need no interpreter lock
and take no signal, so the document stays true while Python hangs. A started beat lives
until stop(), close() or the end of the interpreter, which writes a last document:
`unhealthy`, `stopped`. SIGTERM ends Python without that document unless the program
catches it: signal.signal(SIGTERM, lambda *_: sys.exit(0)).

After os.fork(), and in a multiprocessing child of the method "fork", marks count for the
parent's beat. Otherwise an inherited Heartbeat is silent there. If the parent had not
started it, the child may, and then beats as a process of its own.

This package needs only libheartbeat.so.0. It looks at HEARTBEAT_LIBRARY, then beside the
package, then where the system keeps libraries.
"""

from __future__ import annotations

import _thread
import atexit
import collections.abc
import ctypes
import datetime
import enum
import logging
import math
import operator
import os
import sys
import time
import weakref
from typing import (
    TYPE_CHECKING, Any, Awaitable, Callable, Iterable, List, NamedTuple, NoReturn, Optional, Set,
    Tuple, Type, TypeVar, Union,
)  # fmt: skip

if TYPE_CHECKING:
    import asyncio  # in a service without asyncio its import would cost more than all of this

__all__ = [
    "CRITICAL", "WARNING", "Clock", "ClosedError", "Condition", "ConfigError", "Events", "Flag",
    "Gauge", "Heartbeat", "HeartbeatError", "Judgement", "Schedule", "Sessions", "Severity",
    "Status", "Writer",
]  # fmt: skip

Seconds = Union[int, float, datetime.timedelta]


class HeartbeatError(Exception):
    """The library could not do its work: no memory, no thread, or a forked child."""


class ConfigError(HeartbeatError, ValueError):
    """A mistake in a declaration or in the configuration; names the offending value."""


class ClosedError(HeartbeatError):
    """The Heartbeat was used after close()."""


class Severity(enum.IntEnum):
    WARNING = 0  # failing makes the service degraded
    CRITICAL = 1  # failing makes the service unhealthy


class Status(enum.IntEnum):
    """From best to worst."""

    HEALTHY = 0
    STARTING = 1
    DEGRADED = 2
    UNHEALTHY = 3

    def __str__(self) -> str:
        return self.name.lower()


WARNING = Severity.WARNING
CRITICAL = Severity.CRITICAL


class Judgement(NamedTuple):
    """The status of a service by its checks and reports; the reason states the worst first."""

    status: Status
    reason: str


class Writer(NamedTuple):
    """The condition of the beat threads since start(), as the document shows it. Durations
    are seconds."""

    late_beats: int  # began more than 100 ms after their planned time
    failed_writes: int
    reconnects: int
    vanished: int  # how often the key was gone although it could not have expired
    last_error: str  # of a failed write, without secrets; "" if no write failed
    lateness: float  # how long after its planned time the newest beat began
    worst_lateness: float
    last_write: float  # how long the last write to Redis took, connecting included
    suspended: float  # how long the machine has been suspended in all
    file_error: str  # why the newest write to the file failed; "" if it did not
    lapse: str  # why the thread stalled before the newest beat; "" if it did not
    rival: str  # who else writes the same key, such as "host b1, pid 7"; "" if nobody


class Sessions(NamedTuple):
    """A schedule at a moment. None: more than 15 days away."""

    open: bool
    changed: Optional[datetime.datetime]  # when it last opened (open) or closed
    changes: Optional[datetime.datetime]  # when it next closes (open) or opens


# --- The library -----------------------------------------------------------------

_SONAME = "libheartbeat.so.0"


def _processor(path: str) -> Optional[str]:
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


def _why_not(path: str, error: OSError) -> str:
    """Why dlopen() refused a library that is there."""
    if os.path.islink(path) and not os.path.exists(path):
        return f"it links to {os.readlink(path)}, which is not there"
    its, own = _processor(path), _processor("/proc/self/exe")
    if its and own and its != own:  # dlopen() says that there is no such file
        return f"it is for {its}, and this Python for {own}"
    text = str(error)
    if text.startswith(("Error relocating", "Error loading shared library")):
        return f"{text} (this Python uses musl, as on Alpine: the library must too)"
    if text.startswith("libdate-tz"):
        return f"{text} (Debian's package is libdate-tz3)"
    return text


def _is_missing(name: str, error: OSError) -> bool:
    """Whether dlopen() found no library of that name; its words differ in glibc and musl."""
    words = f"{name}: cannot open", f"Error loading shared library {name}:"
    return not os.path.lexists(name) and str(error).startswith(words)


def _find_library() -> str:
    """A name for dlopen(). Raises ImportError: why what is there cannot be loaded, or else where
    it looked."""
    named = os.environ.get("HEARTBEAT_LIBRARY")
    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    beside = [os.path.join(folder, name) for name in (_SONAME, "libheartbeat.so")]
    problems = []
    for candidate in [named] if named else [*filter(os.path.lexists, beside), _SONAME]:
        try:
            ctypes.CDLL(candidate)
            return candidate
        except OSError as error:
            if not _is_missing(candidate, error):
                problems.append(f"cannot load {candidate}: {_why_not(candidate, error)}")
    if named:
        problems.append(f"HEARTBEAT_LIBRARY={named}: there is no such library")
    looked = f"looked for {', '.join(beside)} and where the system keeps libraries"
    problems.append(f"no {_SONAME}: {looked}")
    raise ImportError(f"heartbeat: {problems[0]}")


class _Config(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("service", ctypes.c_char_p),
        ("redis_url", ctypes.c_char_p),
        ("prefix", ctypes.c_char_p),
        ("interval_ms", ctypes.c_int64),
        ("ttl_ms", ctypes.c_int64),
        ("start_grace_ms", ctypes.c_int64),
        ("stop_timeout_ms", ctypes.c_int64),
        ("clock", ctypes.c_void_p),
        ("log", ctypes.c_void_p),
        ("log_context", ctypes.c_void_p),
        ("file", ctypes.c_char_p),
        ("instance", ctypes.c_char_p),
    ]


class _Writer(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("late_beats", ctypes.c_uint64),
        ("failed_writes", ctypes.c_uint64),
        ("reconnects", ctypes.c_uint64),
        ("vanished", ctypes.c_uint64),
        ("lateness_ms", ctypes.c_int64),
        ("worst_lateness_ms", ctypes.c_int64),
        ("last_write_ms", ctypes.c_int64),
        ("suspended_ms", ctypes.c_int64),
        ("last_error", ctypes.c_char * 256),
        ("file_error", ctypes.c_char * 256),
        ("lapse", ctypes.c_char * 256),
        ("rival", ctypes.c_char * 256),
    ]


class _Polling(ctypes.Structure):
    _fields_ = [("every_ms", ctypes.c_int64), ("limit_ms", ctypes.c_int64)]


_path = _find_library()
_blocking = ctypes.CDLL(_path)  # releases the interpreter lock during the call
_quick = ctypes.PyDLL(_path)  # keeps the lock: releasing it costs more than these calls


def _function(library: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> Any:
    try:
        function = getattr(library, "heartbeat_" + name)
    except AttributeError:
        is_what = f"is not {_SONAME}"
        if name != "version":
            is_what = f"is version {__version__}, older than this Python package"
        raise ImportError(f"heartbeat: {_path} {is_what}: it has no heartbeat_{name}") from None
    function.restype, function.argtypes = result, arguments
    return function


_P, _I, _L = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
_U, _D, _S, _N = ctypes.c_uint64, ctypes.c_double, ctypes.c_char_p, ctypes.c_size_t
_OUT = ctypes.POINTER(ctypes.c_void_p)

__version__: str = _function(_quick, "version", _S)().decode()  # of the library

_last_error = _function(_quick, "last_error", _S)
_flag_set = _function(_quick, "flag_set", None, _P, _I)
_flag_set_false = _function(_quick, "flag_set_false", None, _P, _S)
_mark = _function(_quick, "mark", None, _P)
_mark_n = _function(_quick, "mark_n", None, _P, _U)
_gauge_set = _function(_quick, "gauge_set", None, _P, _D)
_gauge_add = _function(_quick, "gauge_add", None, _P, _D)
_flag_value = _function(_quick, "flag_value", _I, _P)
_total = _function(_quick, "total", _U, _P)
_gauge_value = _function(_quick, "gauge_value", _D, _P)

_create = _function(_blocking, "create", _I, ctypes.POINTER(_Config), _OUT)
_start = _function(_blocking, "start", _I, _P)
_stop = _function(_blocking, "stop", None, _P)
_destroy = _function(_blocking, "destroy", None, _P)
_report = _function(_blocking, "report", _I, _P, _I, _S)
_judge = _function(_blocking, "judge", _I, _P, ctypes.POINTER(_I), _S, _N)
_get_writer = _function(_blocking, "get_writer", _I, _P, ctypes.POINTER(_Writer))
_sequence = _function(_quick, "sequence", _U, _P)
_next_line = _function(_blocking, "next_line", _I, _P, _S, _N)
_await = _function(_blocking, "await", _I, _P)
_begin = _function(_quick, "begin", None, _P)
_answer = _function(_blocking, "answer", None, _P, _I, _S)

_flag_create = _function(_blocking, "flag_create", _P, _P, _S)
_activity_create = _function(_blocking, "activity_create", _P, _P, _S)
_errors_create = _function(_blocking, "errors_create", _P, _P, _S)
_gauge_create = _function(_blocking, "gauge_create", _P, _P, _S)

_check_flag = _function(_blocking, "check_flag", _I, _P, _S, _I, _P, _P)
_check_within = _function(_blocking, "check_within", _I, _P, _S, _I, _P, _L, _P)
_check_count = _function(_blocking, "check_count", _I, _P, _S, _I, _P, _L, _I, _U, _P)
_check_rate = _function(_blocking, "check_rate", _I, _P, _S, _I, _P, _L, _I, _D, _P)
_check_gauge = _function(_blocking, "check_gauge", _I, _P, _S, _I, _P, _I, _D, _P)
_check_question = _function(_blocking, "check_question", _I, _P, _S, _I, _Polling, _P, _OUT)

_clock_create = _function(_blocking, "clock_create", _I, _OUT)
_clock_create_stopped = _function(_blocking, "clock_create_stopped", _I, _L, _OUT)
_clock_advance = _function(_blocking, "clock_advance", _I, _P, _L)
_clock_destroy = _function(_blocking, "clock_destroy", None, _P)

_schedule_create = _function(
    _blocking, "schedule_create", _I, _S, ctypes.POINTER(_S), _N, _OUT
)
_schedule_at = _function(
    _blocking, "schedule_at", _I, _P, _L, ctypes.POINTER(_I), ctypes.POINTER(_L), ctypes.POINTER(_L)
)
_schedule_destroy = _function(_blocking, "schedule_destroy", None, _P)

_OK, _BAD_CONFIG, _BAD_ARGUMENT = 0, 1, 2


def _utf8(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _fail(result: int) -> NoReturn:
    error = ConfigError if result in (_BAD_CONFIG, _BAD_ARGUMENT) else HeartbeatError
    # Config::ttl in C++ is ttl in Python.
    raise error(_utf8(_last_error()).replace("Config::", ""))


def _demand(result: int) -> None:
    if result != _OK:
        _fail(result)


def _text(value: str, what: str) -> bytes:
    if not isinstance(value, str):
        raise TypeError(f"{what} is a str, not {value!r}")
    if "\0" in value:
        raise ConfigError(f"{what} {value!r} contains NUL")
    return value.encode("utf-8", "surrogateescape")


def _reason(value: str) -> bytes:
    if not isinstance(value, str):
        raise TypeError(f"a reason is a str, not {_kind(value)}")
    return value.replace("\0", "\\0").encode("utf-8", "replace")


def _milliseconds(value: Seconds, what: str) -> int:
    if isinstance(value, datetime.timedelta):
        seconds = value.total_seconds()
    elif isinstance(value, bool) or not hasattr(value, "__float__"):
        raise TypeError(f"{what} is seconds or a timedelta, not {_kind(value)}")
    else:
        seconds = float(value)
    if not math.isfinite(seconds):
        raise ConfigError(f"{what} of {value!r} is not a duration")
    limit = 2**62  # the library refuses it with a message
    return max(-limit, min(limit, round(seconds * 1000)))


def _kind(value: object) -> str:
    """What a value is, in words that show no content: "a str", "an int", "a numpy.bool"."""
    if value is None:
        return "None"
    kind = type(value)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    return ("an " if name[0] in "aeiouAEIOU" else "a ") + name


class _Owned:
    """Frees an object of the library with the last reference to this one."""

    def __init__(self, pointer: Optional[int], destroy: Callable[[Any], None]):
        self.pointer = pointer
        # Not at exit: a thread may still use it, and the process ends anyway.
        weakref.finalize(self, destroy, pointer).atexit = False


# --- Clocks and schedules --------------------------------------------------------


class Clock:
    """The time by which a Heartbeat stamps events and evaluates checks. A stopped clock moves
    only by advance(): a service can test its checks without sleeping and without Redis:

        clock = Clock.stopped()
        beat = Heartbeat(service="worker", clock=clock)
        failed = beat.errors("failed_flushes")
        beat.check("batch_flush", WARNING, failed.count(3600) < 5)
        failed.mark(5)
        assert beat.judge().status == Status.DEGRADED
        clock.advance(3600)
        assert beat.judge().status == Status.HEALTHY

    Tests of succeeds() are called after start(), and again when the clock has moved by `every`,
    which judge() notices. `redis_url="none"` writes nowhere.
    """

    def __init__(self) -> None:
        """The machine's clock."""
        pointer = ctypes.c_void_p()
        _demand(_clock_create(ctypes.byref(pointer)))
        self._owned = _Owned(pointer.value, _clock_destroy)

    @classmethod
    def stopped(cls, wall: Optional[datetime.datetime] = None) -> Clock:
        """`wall` is the wall time for schedules; it must have a time zone."""
        pointer = ctypes.c_void_p()
        milliseconds = 0 if wall is None else _milliseconds(_timestamp(wall), "a wall time")
        _demand(_clock_create_stopped(milliseconds, ctypes.byref(pointer)))
        clock = cls.__new__(cls)
        clock._owned = _Owned(pointer.value, _clock_destroy)
        return clock

    def advance(self, by: Seconds) -> None:
        """Moves the clock forward: every earlier event is that much older."""
        _demand(_clock_advance(self._owned.pointer, _milliseconds(by, "an advance")))


def _timestamp(moment: datetime.datetime) -> float:
    if moment.tzinfo is None:
        raise ConfigError(f"{moment!r} has no time zone")
    return moment.timestamp()


def _moment(seconds: int) -> Optional[datetime.datetime]:
    if abs(seconds) >= 2**62:
        return None
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


class Schedule:
    """Weekly sessions in a time zone, such as "Mon-Fri 09:15-15:30 Asia/Kolkata". Dates
    differ from the week: on a date or "YYYY-MM-DD" (a holiday) no session begins, and
    "YYYY-MM-DD HH:MM-HH:MM" has this session instead of the weekly ones.
    Raises ConfigError, which states the wrong part and what is accepted."""

    def __init__(self, text: str, dates: Iterable[Union[str, datetime.date]] = ()):
        if isinstance(dates, str):
            raise TypeError("dates is a list, not one str")
        days = [
            _text(day.isoformat() if isinstance(day, datetime.date) else day, "a date")
            for day in dates
        ]
        pointer = ctypes.c_void_p()
        array = (ctypes.c_char_p * len(days))(*days)
        _demand(_schedule_create(_text(text, "a schedule"), array, len(days), pointer))
        self._owned = _Owned(pointer.value, _schedule_destroy)
        self.text = text

    def at(self, moment: Optional[datetime.datetime] = None) -> Sessions:
        """The sessions at a moment, which must have a time zone; by default now."""
        seconds = math.floor(time.time() if moment is None else _timestamp(moment))
        is_open, changed, changes = ctypes.c_int(), ctypes.c_int64(), ctypes.c_int64()
        _demand(_schedule_at(self._owned.pointer, seconds, is_open, changed, changes))
        return Sessions(bool(is_open.value), _moment(changed.value), _moment(changes.value))

    def __repr__(self) -> str:
        return f"Schedule({self.text!r})"


# --- Conditions ------------------------------------------------------------------


class Condition:
    """A requirement on one source, such as `ticks.within(60)`. A source creates it,
    Heartbeat.check() takes it. It has no truth value."""

    def __init__(self, beat: Heartbeat, declare: Callable[..., int], *arguments: Any):
        self._beat, self._declare, self._arguments = beat, declare, arguments

    def __bool__(self) -> bool:
        raise TypeError(
            "a condition has no truth value: pass it to Heartbeat.check(). `and`, `or`, `if` and "
            "a < x < b do not work (a source's value is in .value or .total)"
        )


_Compare = Callable[[int, Any], Condition]


class _Compared:
    """The six comparisons; each creates a Condition."""

    _compare: _Compare

    def __lt__(self, bound: Any) -> Condition:
        return self._compare(0, bound)

    def __le__(self, bound: Any) -> Condition:
        return self._compare(1, bound)

    def __gt__(self, bound: Any) -> Condition:
        return self._compare(2, bound)

    def __ge__(self, bound: Any) -> Condition:
        return self._compare(3, bound)

    def __eq__(self, bound: Any) -> Condition:  # type: ignore[override]
        return self._compare(4, bound)

    def __ne__(self, bound: Any) -> Condition:  # type: ignore[override]
        return self._compare(5, bound)

    __hash__ = object.__hash__


class _Count(_Compared):
    def __init__(self, compare: _Compare):
        self._compare = compare

    def __bool__(self) -> bool:
        raise TypeError("a count has no truth value: compare it, such as count(60) == 0")


# --- Sources ---------------------------------------------------------------------


class _Source:
    __slots__ = ("_beat", "_pointer", "name", "__weakref__")
    _truth = "its value is in .value"

    def __init__(self, beat: Heartbeat, pointer: Optional[int], name: str):
        if pointer is None:
            raise HeartbeatError(_utf8(_last_error()))
        self._beat, self.name = beat, name
        # Converted once: a mark then costs no conversion.
        self._pointer = ctypes.c_void_p(pointer)

    def __getattr__(self, name: str) -> NoReturn:
        # close() deletes the pointer, so that an open source needs no check.
        if name == "_pointer":
            raise ClosedError("the heartbeat is closed")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"

    def __bool__(self) -> bool:
        raise TypeError(f"{self!r} has no truth value: {self._truth}")


_AnySource = TypeVar("_AnySource", bound=_Source)


class Flag(_Source):
    """True or false, such as "the connection is up"."""

    __slots__ = ()

    def set(self, value: bool, reason: str = "") -> None:
        """True or False. Anything else is a mistake, such as a method that was not called, and
        raises TypeError. `reason`: why it is false, such as "HTTP 403"; kept until it is true,
        shown by the check, cut to 120 bytes."""
        if value is True:
            _flag_set(self._pointer, 1)
        elif value is False:
            if reason == "":
                _flag_set(self._pointer, 0)
            else:
                _flag_set_false(self._pointer, _reason(reason))
        else:
            hint = " (is it to be called?)" if callable(value) else ""
            raise TypeError(f"{self!r}.set() takes a bool, not {_kind(value)}{hint}")

    @property
    def value(self) -> Optional[bool]:
        """As last set; None if it was never set."""
        value = _flag_value(self._pointer)
        return None if value < 0 else bool(value)

    def is_set(self) -> Condition:
        """The flag must be true. Before it is set for the first time the check waits, at most
        for the start grace. This is a condition; the flag's value is in .value."""
        return Condition(self._beat, _check_flag, self._pointer)


class Events(_Source):
    """Events that happen: ticks, messages, errors."""

    __slots__ = ()
    _truth = "their number is in .total"

    def mark(self, n: int = 1) -> None:
        """`n` events happened now."""
        if type(n) is not int:  # neither a bool nor a float that happens to be 1
            if isinstance(n, bool) or not hasattr(n, "__index__"):
                raise TypeError(f"{self!r}.mark() takes a number of events, not {_kind(n)}")
            n = operator.index(n)
        if n == 1:
            _mark(self._pointer)
        elif 0 <= n < 2**63:
            _mark_n(self._pointer, n)
        else:
            raise ValueError(f"{n} is not a number of events")

    @property
    def total(self) -> int:
        """All events ever marked."""
        return int(_total(self._pointer))

    def within(self, limit: Seconds) -> Condition:
        """The last event must be less than this long ago."""
        return Condition(
            self._beat, _check_within, self._pointer, _milliseconds(limit, "a limit")
        )

    def count(self, window: Seconds) -> _Count:
        """The exact number of events in the last `window`, to be compared with a number:
        `count(300) == 0`."""
        milliseconds = _milliseconds(window, "a window")

        def compare(comparison: int, n: Any) -> Condition:
            events = operator.index(n)
            if not 0 <= events < 2**63:
                raise ConfigError(f"{events} is not a number of events")
            arguments = self._pointer, milliseconds, comparison, events
            return Condition(self._beat, _check_count, *arguments)

        return _Count(compare)

    def rate(self, window: Seconds) -> _Rate:
        """Events a second over the last `window`, to be compared by < <= > or >=."""
        return _Rate(self, _milliseconds(window, "a window"))


class _Rate:
    def __init__(self, events: Events, milliseconds: int):
        self._events, self._milliseconds = events, milliseconds

    def __bool__(self) -> bool:
        raise TypeError("a rate has no truth value: compare it, such as rate(60) > 0")

    def _compare(self, comparison: int, bound: float) -> Condition:
        arguments = self._events._pointer, self._milliseconds, comparison, float(bound)
        return Condition(self._events._beat, _check_rate, *arguments)

    def __lt__(self, bound: float) -> Condition:
        return self._compare(0, bound)

    def __le__(self, bound: float) -> Condition:
        return self._compare(1, bound)

    def __gt__(self, bound: float) -> Condition:
        return self._compare(2, bound)

    def __ge__(self, bound: float) -> Condition:
        return self._compare(3, bound)


_NUMBERS = (float, int)  # what ctypes converts; a bool is neither


class Gauge(_Source, _Compared):
    """A number with a current value, such as a queue's length, to be compared:
    `attempts < 10`. Zero until set."""

    __slots__ = ()

    def set(self, value: float) -> None:
        if type(value) not in _NUMBERS:
            value = self._number(value)
        _gauge_set(self._pointer, value)

    def add(self, by: float) -> None:
        if type(by) not in _NUMBERS:
            by = self._number(by)
        _gauge_add(self._pointer, by)

    def _number(self, value: Any) -> float:
        if isinstance(value, bool) or not hasattr(value, "__float__"):
            raise TypeError(f"{self!r} takes a number, not {_kind(value)}")
        return float(value)

    @property
    def value(self) -> float:
        return float(_gauge_value(self._pointer))

    def _compare(self, comparison: int, bound: Any) -> Condition:
        return Condition(self._beat, _check_gauge, self._pointer, comparison, float(bound))


# --- The threads that need the interpreter ---------------------------------------


def _unpatched(name: str) -> Any:
    """A function of _thread. Where gevent or eventlet has made it green, the real one: a green
    thread that waits in the library would stop all others."""
    gevent, eventlet = sys.modules.get("gevent.monkey"), sys.modules.get("eventlet.patcher")
    if gevent is not None:
        return gevent.get_original("_thread", name)
    if eventlet is not None:
        return getattr(eventlet.original("_thread"), name)
    return getattr(_thread, name)


class _Thread:
    """A thread of the operating system. The interpreter does not wait for it to end: a test may
    hang."""

    def __init__(self, body: Callable[..., None], *arguments: Any):
        self._runs = _unpatched("allocate_lock")()
        self._runs.acquire()
        self._ident = _unpatched("start_new_thread")(self._run, (body, *arguments))

    def _run(self, body: Callable[..., None], *arguments: Any) -> None:
        try:
            body(*arguments)
        finally:
            self._runs.release()

    def join(self, limit: float) -> None:
        """Waits `limit` seconds at most. Does nothing in the thread itself."""
        if self._ident != _unpatched("get_ident")() and self._runs.acquire(True, max(0.0, limit)):
            self._runs.release()


def _in_words(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    except Exception:  # __str__ is the service's own
        return type(error).__name__


def _verdict(result: object) -> Tuple[bool, str]:
    """Only a bool is one: a coroutine, a row or a method is true without having succeeded."""
    if isinstance(result, bool):
        return result, ""
    return False, f"returned {_kind(result)}, not a bool"


async def _awaited(test: Callable[[], object]) -> Tuple[bool, str]:
    """Calls the test on the running loop. Never raises: SystemExit would end the loop."""
    try:
        result = test()
        return _verdict(await result if isinstance(result, collections.abc.Awaitable) else result)
    except BaseException as error:  # the answer, whatever it is
        return False, _in_words(error)


class _Test:
    """A test of the service's own, and where it is called: on the loop that was given; else on
    a thread of its own, which gets a loop once the test returns a coroutine."""

    def __init__(self, call: Callable[[], object], loop: Optional[asyncio.AbstractEventLoop]):
        self._call, self._loop = call, loop
        self._own_loop: Optional[asyncio.AbstractEventLoop] = None
        self._cancel: Callable[[], object] = lambda: None

    def ask(self) -> Tuple[bool, str]:
        try:
            if self._loop is not None:
                return self._ask_on(self._loop)
            result = self._call()
            if isinstance(result, collections.abc.Awaitable):
                return self._ask_alone(lambda: result)
            return _verdict(result)
        except BaseException as error:
            return False, _in_words(error)

    def _ask_on(self, loop: asyncio.AbstractEventLoop) -> Tuple[bool, str]:
        import asyncio

        asked = _awaited(self._call)
        try:
            answer = asyncio.run_coroutine_threadsafe(asked, loop)
        except RuntimeError:  # the loop is closed
            asked.close()
            raise
        self._cancel = lambda: loop.is_closed() or answer.cancel()
        return answer.result()

    def _ask_alone(self, call: Callable[[], object]) -> Tuple[bool, str]:
        import asyncio

        if self._own_loop is None:
            self._own_loop = asyncio.new_event_loop()
        loop, task = self._own_loop, self._own_loop.create_task(_awaited(call))
        self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
        return loop.run_until_complete(task)

    def cancel(self) -> None:
        """Ends an answer that is awaited. From any thread."""
        try:
            self._cancel()
        except RuntimeError:  # its loop is closed
            pass

    def close(self) -> None:
        """From the thread that asks."""
        if self._own_loop is not None:
            self._own_loop.close()


def _keep_answering(owned: _Owned, question: Optional[int], test: _Test) -> None:
    while _await(question) == _OK:
        _begin(question)
        success, why = test.ask()
        _answer(question, success, _reason(why))
    test.close()


def _writes_to(logger: logging.Logger) -> Callable[[str], object]:
    """Trouble is a warning; that it is over, which the library says with these words, is not."""

    def log(line: str) -> None:
        over = line.endswith((" again", " any more"))
        logger.log(logging.INFO if over else logging.WARNING, "%s", line)

    return log


def _keep_logging(owned: _Owned, log: Callable[[str], object]) -> None:
    line = ctypes.create_string_buffer(1024)
    while _next_line(owned.pointer, line, len(line)) == _OK:
        try:
            log(_utf8(line.value))
        except Exception:
            sys.excepthook(*sys.exc_info())


# --- The heartbeat ---------------------------------------------------------------

_started: Set[Heartbeat] = set()


def _stop_all() -> None:
    for beat in list(_started):
        beat.stop()


atexit.register(_stop_all)


class Heartbeat:
    """Writes the document of one service. Arguments left out come from the environment, then
    take the default:

        service     HEARTBEAT_SERVICE
        instance    HEARTBEAT_INSTANCE; none. The name of this replica of the service; %h in it is the
                    host's name.
        redis_url   HEARTBEAT_REDIS_URL, REDIS_URL; redis://127.0.0.1:6379. "none", for tests
                    and laptops: the document goes only to the file, or nowhere.
        prefix      HEARTBEAT_PREFIX; "health:"
        file        HEARTBEAT_FILE; none. The document also goes to this file, for a probe
                    that cannot ask Redis.
        interval    HEARTBEAT_INTERVAL; 10 s
        ttl         HEARTBEAT_TTL; 60 s

    start_grace: a flag, gauge or test without data fails this long after start().
    stop_timeout: about the longest time that stop() takes. clock: for tests. log: takes each
    line about trouble with Redis or the file, on a thread of its own: a logging.Logger, which
    gets a warning, or an info once the trouble is over; or a function of one str; None is
    silence.

    Raises ConfigError. As a context manager, also of `async with`, it is closed at the end.
    """

    def __init__(
        self,
        service: Optional[str] = None,
        *,
        instance: Optional[str] = None,
        redis_url: Optional[str] = None,
        prefix: Optional[str] = None,
        file: Union[str, os.PathLike[str], None] = None,
        interval: Optional[Seconds] = None,
        ttl: Optional[Seconds] = None,
        start_grace: Seconds = 60,
        stop_timeout: Seconds = 1,
        clock: Optional[Clock] = None,
        log: Union[logging.Logger, Callable[[str], object], None] = logging.getLogger("heartbeat"),
    ):
        if clock is not None and not isinstance(clock, Clock):
            raise TypeError(f"clock is a Clock, not {_kind(clock)}")
        if isinstance(log, logging.Logger):
            log = _writes_to(log)
        elif log is not None and not callable(log):
            raise TypeError(f"log is a logging.Logger, a function or None, not {_kind(log)}")
        config = _Config(
            size=ctypes.sizeof(_Config),
            service=_text(service or "", "service"),
            instance=_text(instance or "", "instance"),
            redis_url=_text(redis_url or "", "redis_url"),
            prefix=_text(prefix or "", "prefix"),
            file=_text(os.fspath(file or ""), "file"),
            interval_ms=0 if interval is None else _milliseconds(interval, "interval"),
            ttl_ms=0 if ttl is None else _milliseconds(ttl, "ttl"),
            start_grace_ms=_milliseconds(start_grace, "start_grace"),
            stop_timeout_ms=_milliseconds(stop_timeout, "stop_timeout"),
            clock=None if clock is None else clock._owned.pointer,
        )
        pointer = ctypes.c_void_p()
        _demand(_create(ctypes.byref(config), ctypes.byref(pointer)))
        self._owned = _Owned(pointer.value, _destroy)
        self._process = os.getpid()
        self._lock = _unpatched("allocate_lock")()
        self._log = log
        self._closed = self._running = False
        self._sources: List[_Source] = []
        self._tests: List[Tuple[Optional[int], _Test]] = []
        self._threads: List[_Thread] = []

    # --- Sources; the name is for people and need not be unique ---

    def flag(self, name: str) -> Flag:
        return self._source(Flag, _flag_create, name)

    def activity(self, name: str) -> Events:
        """Counted in the document's `processed_count` and `last_activity`."""
        return self._source(Events, _activity_create, name)

    def errors(self, name: str) -> Events:
        """Counted in the document's `error_count`."""
        return self._source(Events, _errors_create, name)

    def gauge(self, name: str) -> Gauge:
        return self._source(Gauge, _gauge_create, name)

    def _source(
        self, kind: Type[_AnySource], create: Callable[..., Optional[int]], name: str
    ) -> _AnySource:
        source = kind(self, create(self._pointer, _text(name, "a name")), name)
        self._sources.append(source)
        return source

    def succeeds(
        self,
        test: Callable[[], Union[bool, Awaitable[bool]]],
        *,
        every: Seconds = 10,
        limit: Seconds = 5,
        loop: Optional[asyncio.AbstractEventLoop] = None,
    ) -> Condition:
        """A test of the service's own, such as a query that must succeed, called again and
        again. It succeeds by returning True. It fails by returning anything else (what is not
        a bool is named), by an exception, whose text is shown, or by taking longer than
        `limit`, also because the interpreter is too busy to run it, which its text then says.

        It is called on a thread of its own. An `async def` test is awaited on an event loop of
        that thread. If its connections belong to the service's running loop, pass that as
        `loop`: the test is called there, and fails too while that loop is blocked."""
        if not callable(test):
            raise TypeError(f"{test!r} cannot be called")
        if loop is not None and not hasattr(loop, "call_soon_threadsafe"):
            raise TypeError(f"loop is an asyncio event loop, not {_kind(loop)}")
        # 0 would be the library's default.
        polling = _Polling(
            _milliseconds(every, "every") or -1, _milliseconds(limit, "limit") or -1
        )
        return Condition(self, _check_question, polling, _Test(test, loop))

    def check(
        self,
        name: str,
        severity: Severity,
        condition: Condition,
        *,
        during: Optional[Schedule] = None,
    ) -> None:
        """Declares a check, before start(). Names match [A-Za-z0-9._-]{1,64}; at most 100
        checks. Outside the sessions of `during` the check is shown but does not count."""
        if not isinstance(condition, Condition):
            raise TypeError(
                f"check {name!r} takes a condition, such as ticks.within(60), not {condition!r}"
            )
        if condition._beat is not self:
            raise ConfigError(f"check {name!r} uses a source of another Heartbeat")
        if during is not None and not isinstance(during, Schedule):
            raise TypeError(
                "during is a Schedule, such as Schedule('Mon-Fri 09:15-15:30 Asia/Kolkata'), "
                f"not {_kind(during)}"
            )
        common = self._pointer, _text(name, "a name"), Severity(severity)
        schedule = None if during is None else during._owned.pointer
        if condition._declare is not _check_question:
            _demand(condition._declare(*common, *condition._arguments, schedule))
            return
        polling, test = condition._arguments
        question = ctypes.c_void_p()
        _demand(_check_question(*common, polling, schedule, ctypes.byref(question)))
        self._tests.append((question.value, test))

    def report(self, status: Status, reason: str = "") -> None:
        """The service's own opinion. The worse of it and of the checks is the status, until
        the next report. From any thread, but not on the hot path."""
        _demand(_report(self._pointer, Status(status), _reason(reason)))

    def judge(self) -> Judgement:
        """Evaluates every check now. A changed status is written at once."""
        status, reason = ctypes.c_int(), ctypes.create_string_buffer(1024)
        _demand(_judge(self._pointer, ctypes.byref(status), reason, len(reason)))
        return Judgement(Status(status.value), _utf8(reason.value))

    def writer(self) -> Writer:
        """The condition of the beat threads. From any thread, also after stop()."""
        now = _Writer(size=ctypes.sizeof(_Writer))
        _demand(_get_writer(self._pointer, ctypes.byref(now)))
        return Writer(
            late_beats=now.late_beats,
            failed_writes=now.failed_writes,
            reconnects=now.reconnects,
            vanished=now.vanished,
            last_error=_utf8(now.last_error),
            lateness=now.lateness_ms / 1000,
            worst_lateness=now.worst_lateness_ms / 1000,
            last_write=now.last_write_ms / 1000,
            suspended=now.suspended_ms / 1000,
            file_error=_utf8(now.file_error),
            lapse=_utf8(now.lapse),
            rival=_utf8(now.rival),
        )

    def sequence(self) -> int:
        """How many documents it has tried to write to Redis; grows while the beat lives."""
        return int(_sequence(self._pointer))

    def start(self) -> None:
        """Starts to beat. Raises HeartbeatError or RuntimeError if a thread is refused: it can
        then be repeated. After a success, a second call does nothing. In a forked child, raises
        HeartbeatError if the parent had started it; if not, it becomes the child's own."""
        pointer = self._pointer
        with self._lock:
            if self._running and os.getpid() == self._process:
                return
            _demand(_start(pointer))
            self._process = os.getpid()
            _started.add(self)
            for question, test in self._tests[len(self._threads) :]:
                self._threads.append(_Thread(_keep_answering, self._owned, question, test))
            if self._log is not None:
                self._threads.append(_Thread(_keep_logging, self._owned, self._log))
            self._running = True

    def stop(self) -> None:
        """Writes a last document, `unhealthy` and `stopped`, and ends the threads. Takes
        stop_timeout and a quarter of a second at most. Idempotent."""
        _stop(self._owned.pointer)
        _started.discard(self)
        if os.getpid() != self._process:
            return
        for _, test in self._tests:
            test.cancel()
        # The threads end at once unless they run the service's own code.
        deadline = time.monotonic() + 0.25
        for thread in self._threads:
            thread.join(deadline - time.monotonic())

    def close(self) -> None:
        """stop(); from now on every use of this and of its sources raises ClosedError."""
        self.stop()
        self._closed = True
        while self._sources:
            del self._sources.pop()._pointer

    def __enter__(self) -> Heartbeat:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Heartbeat:
        return self

    async def __aexit__(self, *_: object) -> None:
        import asyncio

        # The loop goes on while the last document is written.
        await asyncio.get_running_loop().run_in_executor(None, self.close)

    @property
    def _pointer(self) -> Optional[int]:
        if self._closed:
            raise ClosedError("the heartbeat is closed")
        return self._owned.pointer
