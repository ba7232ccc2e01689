"""What the interface takes and returns, and its errors."""

from __future__ import annotations

import datetime
import enum
import math
from typing import NamedTuple, Optional, Union

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
    dates_error: str = ""  # why a file of dates is not read again; "" if every file is read


class Sessions(NamedTuple):
    """A schedule at a moment. None: more than 15 days away."""

    open: bool
    changed: Optional[datetime.datetime]  # when it last opened (open) or closed
    changes: Optional[datetime.datetime]  # when it next closes (open) or opens


class Settings(NamedTuple):
    """The arguments of a Heartbeat. "" and 0 are those that it leaves to the environment."""

    service: str
    instance: str
    redis_url: str
    prefix: str
    file: str
    interval_ms: int
    ttl_ms: int
    start_grace_ms: int
    stop_timeout_ms: int
    log_changes: bool


def checked_text(value: str, what: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{what} is a str, not {value!r}")
    if "\0" in value:
        raise ConfigError(f"{what} {value!r} contains NUL")
    return value


def checked_reason(value: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a reason is a str, not {kind_of(value)}")
    return value.replace("\0", "\\0").encode("utf-8", "replace").decode()


def milliseconds(value: Seconds, what: str) -> int:
    if isinstance(value, datetime.timedelta):
        seconds = value.total_seconds()
    elif isinstance(value, bool) or not hasattr(value, "__float__"):
        raise TypeError(f"{what} is seconds or a timedelta, not {kind_of(value)}")
    else:
        seconds = float(value)
    if not math.isfinite(seconds):
        raise ConfigError(f"{what} of {value!r} is not a duration")
    limit = 2**62  # refused later, with a message
    return max(-limit, min(limit, round(seconds * 1000)))


def kind_of(value: object) -> str:
    """What a value is, in words that show no content: "a str", "an int", "a numpy.bool"."""
    if value is None:
        return "None"
    kind = type(value)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    return ("an " if name[0] in "aeiouAEIOU" else "a ") + name
