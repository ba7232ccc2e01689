"""The backend over libheartbeat.so, called by ctypes."""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import os
from typing import Any, Dict, List, NoReturn, Optional, Tuple

from heartbeat._find_library import SONAME, find_library
from heartbeat._values import ConfigError, HeartbeatError, Settings, Writer

NAME = "library"


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
        ("log_changes", ctypes.c_int64),
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
        ("dates_error", ctypes.c_char * 256),
    ]


class _Polling(ctypes.Structure):
    _fields_ = [("every_ms", ctypes.c_int64), ("limit_ms", ctypes.c_int64)]


PATH = find_library()
_blocking = ctypes.CDLL(PATH)  # releases the interpreter lock during the call
_quick = ctypes.PyDLL(PATH)  # keeps the lock: releasing it costs more than these calls


def _function(library: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> Any:
    try:
        function = getattr(library, "heartbeat_" + name)
    except AttributeError:
        is_what = f"is not {SONAME}"
        if name != "version":
            is_what = f"is version {VERSION}, older than this Python package"
        raise ImportError(f"heartbeat: {PATH} {is_what}: it has no heartbeat_{name}") from None
    function.restype, function.argtypes = result, arguments
    return function


_P, _I, _L = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
_U, _D, _S, _N = ctypes.c_uint64, ctypes.c_double, ctypes.c_char_p, ctypes.c_size_t
_OUT = ctypes.POINTER(ctypes.c_void_p)

VERSION: str = _function(_quick, "version", _S)().decode()  # of the library

_last_error = _function(_quick, "last_error", _S)

flag_set = _function(_quick, "flag_set", None, _P, _I)
_flag_set_false = _function(_quick, "flag_set_false", None, _P, _S)
flag_value = _function(_quick, "flag_value", _I, _P)
mark = _function(_quick, "mark", None, _P)
mark_n = _function(_quick, "mark_n", None, _P, _U)
total = _function(_quick, "total", _U, _P)
gauge_set = _function(_quick, "gauge_set", None, _P, _D)
gauge_add = _function(_quick, "gauge_add", None, _P, _D)
gauge_value = _function(_quick, "gauge_value", _D, _P)

try:
    hot_calls: Any = importlib.import_module("heartbeat._hot_calls")
except ImportError:  # ctypes makes these calls too, but slowly
    hot_calls = None


def hot_methods(*kinds: type) -> Any:
    """Flag.set, Events.mark, Gauge.set and Gauge.add in C."""
    functions = flag_set, mark_n, gauge_set, gauge_add
    addresses = [ctypes.cast(function, ctypes.c_void_p) for function in functions]
    array = (ctypes.c_void_p * len(addresses))(*addresses)
    return hot_calls.methods(ctypes.addressof(array), *kinds)


_create = _function(_blocking, "create", _I, ctypes.POINTER(_Config), _OUT)
_start = _function(_blocking, "start", _I, _P)
stop = _function(_blocking, "stop", None, _P)
destroy = _function(_blocking, "destroy", None, _P)
_report = _function(_blocking, "report", _I, _P, _I, _S)
_judge = _function(_blocking, "judge", _I, _P, ctypes.POINTER(_I), _S, _N)
_get_writer = _function(_blocking, "get_writer", _I, _P, ctypes.POINTER(_Writer))
sequence = _function(_quick, "sequence", _U, _P)
_next_line = _function(_blocking, "next_line", _I, _P, _S, _N)
_await = _function(_blocking, "await", _I, _P)
begin = _function(_quick, "begin", None, _P)
_answer = _function(_blocking, "answer", None, _P, _I, _S)

_check_question = _function(_blocking, "check_question", _I, _P, _S, _I, _Polling, _P, _OUT)

_clock_create = _function(_blocking, "clock_create", _I, _OUT)
_clock_create_stopped = _function(_blocking, "clock_create_stopped", _I, _L, _OUT)
_clock_advance = _function(_blocking, "clock_advance", _I, _P, _L)
clock_destroy = _function(_blocking, "clock_destroy", None, _P)

_schedule_create = _function(_blocking, "schedule_create", _I, _S, ctypes.POINTER(_S), _N, _OUT)
_schedule_at = _function(
    _blocking, "schedule_at", _I, _P, _L, ctypes.POINTER(_I), ctypes.POINTER(_L), ctypes.POINTER(_L)
)
schedule_destroy = _function(_blocking, "schedule_destroy", None, _P)

_OK, _BAD_CONFIG, _BAD_ARGUMENT = 0, 1, 2


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _str(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _fail(result: int) -> NoReturn:
    error = ConfigError if result in (_BAD_CONFIG, _BAD_ARGUMENT) else HeartbeatError
    # Config::ttl in C++ is ttl in Python.
    raise error(_str(_last_error()).replace("Config::", ""))


def _demand(result: int) -> None:
    if result != _OK:
        _fail(result)


def _made(function: Any, *arguments: Any) -> Optional[int]:
    """The object that a function makes through its last parameter."""
    pointer = ctypes.c_void_p()
    _demand(function(*arguments, ctypes.byref(pointer)))
    return pointer.value


def create(settings: Settings, clock: Optional[int]) -> Optional[int]:
    texts = {name: _bytes(value) for name, value in settings._asdict().items()
             if isinstance(value, str)}  # fmt: skip
    fields: Dict[str, Any] = {**settings._asdict(), **texts}
    config = _Config(size=ctypes.sizeof(_Config), clock=clock, **fields)
    return _made(_create, ctypes.byref(config))


def start(beat: int) -> None:
    _demand(_start(beat))


def report(beat: int, status: int, reason: str) -> None:
    _demand(_report(beat, status, _bytes(reason)))


def judge(beat: int) -> Tuple[int, str]:
    status, reason = ctypes.c_int(), ctypes.create_string_buffer(1024)
    _demand(_judge(beat, ctypes.byref(status), reason, len(reason)))
    return status.value, _str(reason.value)


def writer(beat: int) -> Writer:
    now = _Writer(size=ctypes.sizeof(_Writer))
    _demand(_get_writer(beat, ctypes.byref(now)))
    found: Dict[str, Any] = {}
    for name, *_ in _Writer._fields_[1:]:
        value = getattr(now, name)
        if name.endswith("_ms"):
            name, value = name[:-3], value / 1000
        found[name] = _str(value) if isinstance(value, bytes) else value
    return Writer(**found)


def next_line(beat: int) -> Optional[str]:
    """Waits for a line of the log. None: the beat has stopped."""
    line = ctypes.create_string_buffer(1024)
    return _str(line.value) if _next_line(beat, line, len(line)) == _OK else None


def flag_set_false(flag: Any, reason: str) -> None:
    _flag_set_false(flag, _bytes(reason))


def _source(create: Any, beat: int, name: str) -> Any:
    pointer = create(beat, _bytes(name))
    if pointer is None:
        raise HeartbeatError(_str(_last_error()))
    # Converted once: a mark by ctypes then costs no conversion.
    return pointer if hot_calls else ctypes.c_void_p(pointer)


def _creates(name: str) -> Any:
    return functools.partial(_source, _function(_blocking, name, _P, _P, _S))


flag_create, activity_create = _creates("flag_create"), _creates("activity_create")
errors_create, gauge_create = _creates("errors_create"), _creates("gauge_create")


def _declare(function: Any, beat: int, name: str, *arguments: Any) -> None:
    _demand(function(beat, _bytes(name), *arguments))


def _declares(name: str, *arguments: Any) -> Any:
    return functools.partial(_declare, _function(_blocking, name, _I, _P, _S, _I, *arguments, _P))


check_flag = _declares("check_flag", _P)
check_within = _declares("check_within", _P, _L)
check_count = _declares("check_count", _P, _L, _I, _U)
check_rate = _declares("check_rate", _P, _L, _I, _D)
check_gauge = _declares("check_gauge", _P, _I, _D)


def check_question(
    beat: int, name: str, severity: int, every_ms: int, limit_ms: int, schedule: Optional[int]
) -> Optional[int]:
    polling = _Polling(every_ms, limit_ms)
    return _made(_check_question, beat, _bytes(name), severity, polling, schedule)


def await_question(question: int) -> bool:
    """Waits until a test is to be called. False: the beat has stopped."""
    return bool(_await(question) == _OK)


def answer(question: int, success: bool, why: str) -> None:
    _answer(question, success, _bytes(why))


def clock_create() -> Optional[int]:
    return _made(_clock_create)


def clock_create_stopped(wall_ms: int) -> Optional[int]:
    return _made(_clock_create_stopped, wall_ms)


def clock_advance(clock: int, by_ms: int) -> None:
    _demand(_clock_advance(clock, by_ms))


@functools.lru_cache(maxsize=None)
def _offer_tzdata() -> None:
    """Zones that the system does not have come from the package tzdata, if that is installed."""
    function = getattr(_blocking, "heartbeat_set_last_time_zone_folder", None)
    spec = importlib.util.find_spec("tzdata")
    if function is not None and spec is not None:
        for folder in spec.submodule_search_locations or ():
            function(os.fsencode(os.path.join(folder, "zoneinfo")))


def schedule_create(text: str, dates: List[str]) -> Optional[int]:
    _offer_tzdata()
    array = (ctypes.c_char_p * len(dates))(*map(_bytes, dates))
    return _made(_schedule_create, _bytes(text), array, len(dates))


def schedule_at(schedule: int, seconds: int) -> Tuple[bool, int, int]:
    is_open, changed, changes = ctypes.c_int(), ctypes.c_int64(), ctypes.c_int64()
    _demand(_schedule_at(schedule, seconds, is_open, changed, changes))
    return bool(is_open.value), changed.value, changes.value
