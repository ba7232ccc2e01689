"""Threads and locks of the operating system."""

from __future__ import annotations

import _thread
import sys
from typing import Any, Callable


def unpatched(name: str) -> Any:
    """A function of _thread. Where gevent or eventlet has made it green, the real one: a green
    thread that waits in the library would stop all others."""
    gevent, eventlet = sys.modules.get("gevent.monkey"), sys.modules.get("eventlet.patcher")
    if gevent is not None:
        return gevent.get_original("_thread", name)
    if eventlet is not None:
        return getattr(eventlet.original("_thread"), name)
    return getattr(_thread, name)


class Thread:
    """A thread of the operating system. The interpreter does not wait for it to end: a test may
    hang."""

    def __init__(self, body: Callable[..., None], *arguments: Any):
        self._runs = unpatched("allocate_lock")()
        self._runs.acquire()
        self._ident = unpatched("start_new_thread")(self._run, (body, *arguments))

    def _run(self, body: Callable[..., None], *arguments: Any) -> None:
        try:
            body(*arguments)
        finally:
            self._runs.release()

    def join(self, limit: float) -> None:
        """Waits `limit` seconds at most. Does nothing in the thread itself."""
        if self._ident != unpatched("get_ident")() and self._runs.acquire(True, max(0.0, limit)):
            self._runs.release()
