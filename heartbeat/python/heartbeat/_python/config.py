"""Fills in the environment and the defaults, and validates. Errors name the wrong setting."""

from __future__ import annotations

import os
import re
from typing import Callable, Mapping, NamedTuple, Optional, Tuple

from heartbeat._python.clock import duration
from heartbeat._python.host import host_name
from heartbeat._python.redis_config import captured, endpoint_from, source_of_none, variable
from heartbeat._python.redis_url import Endpoint, UrlError
from heartbeat._python.texts import (
    ACCEPTED_DURATIONS, SHOWN_BYTES, format_duration, parse_duration, printable,
)  # fmt: skip
from heartbeat._values import ConfigError, Settings

MIN_INTERVAL_MS, MAX_INTERVAL_MS = 100, 3_600_000
_MAX_TTL_MS = 86_400_000
_MAX_PREFIX_BYTES = 256


class Config(NamedTuple):
    service: str
    instance: str  # the replica's name; "": the service has no replicas
    key: str  # of the document
    roster: str  # the key of the roster
    member: str  # this service or replica in the roster
    is_by_host: bool  # the instance's name came from the host's
    find_redis: Optional[Callable[[], Endpoint]]  # for every connection; None: there is no Redis
    no_redis: str  # why there is none
    file: str  # an absolute path; "": no file
    interval_ms: int
    ttl_ms: int
    start_grace: int  # nanoseconds, as is the next
    stop_timeout: int
    log_changes: bool


def _shown(text: str) -> str:
    return printable(text, SHOWN_BYTES)


def _duration(
    field: int, name: str, from_variable: str, fallback: int, environment: Mapping[str, str]
) -> Tuple[int, str]:
    """Milliseconds, and how messages name them: `HEARTBEAT_TTL of 60.5s`."""
    if field:
        duration(field, f"{name}_ms")
    text = "" if field else variable(environment, from_variable)
    if not text:
        return field or fallback, f"{name} of {format_duration(field or fallback)}"
    value = parse_duration(text)
    if value is None:
        raise ConfigError(
            f"{from_variable} '{_shown(text)}' is not a duration (accepted: {ACCEPTED_DURATIONS})"
        )
    return value, f"{from_variable} of {text}"


def _require(holds: bool, name: str, accepted: str) -> None:
    if not holds:
        raise ConfigError(f"{name} is not accepted: {accepted}")


def _require_name(what: str, name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,128}", name):
        raise ConfigError(
            f"{what} name '{_shown(name)}' is not 1 to 128 letters, digits, '.', '_' or '-'"
        )


def resolve(settings: Settings, environment: Mapping[str, str]) -> Config:
    service = settings.service or variable(environment, "HEARTBEAT_SERVICE")
    if not service:
        raise ConfigError("no service: name it in service or in HEARTBEAT_SERVICE")
    _require_name("service", service)
    given = settings.instance or variable(environment, "HEARTBEAT_INSTANCE")
    instance = given.replace("%h", host_name())
    if instance:
        _require_name("instance", instance)

    prefix = settings.prefix or variable(environment, "HEARTBEAT_PREFIX") or "health:"
    is_short = len(prefix.encode("utf-8", "surrogateescape")) <= _MAX_PREFIX_BYTES
    if not is_short or printable(prefix) != prefix:
        raise ConfigError(
            f"prefix '{_shown(prefix)}' has more than {_MAX_PREFIX_BYTES} bytes or a control "
            "character"
        )
    member = f"{service}:{instance}" if instance else service
    # Absolute, because the service may change its working directory.
    file = settings.file or variable(environment, "HEARTBEAT_FILE")
    file = os.path.join(os.getcwd(), file) if file else ""

    interval, name = _duration(
        settings.interval_ms, "interval", "HEARTBEAT_INTERVAL", 10_000, environment
    )
    _require(
        MIN_INTERVAL_MS <= interval <= MAX_INTERVAL_MS, name, "an interval is 100ms to 1h"
    )
    ttl, name = _duration(settings.ttl_ms, "ttl", "HEARTBEAT_TTL", 60_000, environment)
    _require(
        ttl % 1000 == 0 and ttl <= _MAX_TTL_MS, name, "a TTL is whole seconds, 24h at most"
    )
    _require(
        ttl >= 2 * interval, name,
        f"the TTL is at least two intervals, {format_duration(2 * interval)}",
    )  # fmt: skip

    grace = duration(settings.start_grace_ms, "start_grace_ms")
    stop_timeout = duration(settings.stop_timeout_ms, "stop_timeout_ms")
    no_redis = source_of_none(settings.redis_url, environment)
    find_redis: Optional[Callable[[], Endpoint]] = None
    if not no_redis:
        variables = captured(environment)

        def find_redis() -> Endpoint:
            return endpoint_from(settings.redis_url, variables)

        try:
            find_redis()
        except UrlError as error:
            prefix_text = "redis_url: " if settings.redis_url else ""
            raise ConfigError(f"{prefix_text}{error}") from None
    if grace < 0 or stop_timeout < 0:
        raise ConfigError("start_grace and stop_timeout cannot be negative")
    return Config(
        service=service,
        instance=instance,
        key=prefix + member,
        roster=prefix + ":services",
        member=member,
        is_by_host=instance != given,
        find_redis=find_redis,
        no_redis=f"{no_redis} is none" if no_redis else "",
        file=file,
        interval_ms=interval,
        ttl_ms=ttl,
        start_grace=grace,
        stop_timeout=stop_timeout,
        log_changes=settings.log_changes,
    )
