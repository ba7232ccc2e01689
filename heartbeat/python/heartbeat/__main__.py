"""python -m heartbeat: which writer this Python has, and what a Heartbeat would find."""

from __future__ import annotations

import os
import platform
import socket
import sys
from typing import Iterator, Tuple

import heartbeat
from heartbeat._backend import backend
from heartbeat._python.config import resolve
from heartbeat._python.redis_config import captured, endpoint_from, source_of_none
from heartbeat._python.redis_url import UrlError
from heartbeat._python.texts import printable
from heartbeat._values import ConfigError, Settings

_VARIABLES = (
    "HEARTBEAT_SERVICE", "HEARTBEAT_INSTANCE", "HEARTBEAT_PREFIX", "HEARTBEAT_FILE",
    "HEARTBEAT_INTERVAL", "HEARTBEAT_TTL", "HEARTBEAT_LIBRARY", "HEARTBEAT_IMPLEMENTATION",
)  # fmt: skip


def _redis() -> str:
    """Where Redis is, without secrets."""
    none = source_of_none("", os.environ)
    if none:
        return f"none, by {none}"
    variables = captured(os.environ)
    names = "HEARTBEAT_REDIS_URL", "HEARTBEAT_REDIS_URL_FILE", "REDIS_URL", "REDIS_URL_FILE"
    source = next((name for name in names if name in variables), "the default")
    try:
        endpoint = endpoint_from("", variables)
    except UrlError as error:
        if backend.NAME == "library" and "Sentinel" in str(error):
            return f"sentinels, by {source}"
        return f"none: {error}"
    tls = " with TLS" if endpoint.tls is not None else ""
    login = " with a password" if endpoint.password else ""
    number = f", database {endpoint.database}" if endpoint.database else ""
    return f"{endpoint.where()}{number}{tls}{login}, by {source}"


def _redis_py() -> str:
    try:
        import redis  # type: ignore[import]
    except Exception as error:
        return f"none ({error})"
    return str(redis.__version__)


def _report() -> Iterator[Tuple[str, str]]:
    yield "healthprobe", heartbeat.__version__
    yield "writer", backend.NAME
    yield "library", backend.PATH or "none"
    if backend.PATH:
        yield "hot calls", "in C" if backend.hot_calls else "by ctypes"
    yield "python", f"{platform.python_version()}, {sys.executable}"
    yield "host", socket.gethostname()
    if backend.NAME == "python":
        yield "redis-py", _redis_py()
    yield "redis", _redis()
    for name in _VARIABLES:
        if os.environ.get(name):
            yield name, os.environ[name]
    try:
        settings = Settings("", "", "none", "", "", 0, 0, 0, 0, False)
        yield "key", resolve(settings, os.environ).key
    except ConfigError as error:
        yield "key", f"none: {error}"


for _name, _value in _report():
    print(f"{_name}: {printable(_value)}")
