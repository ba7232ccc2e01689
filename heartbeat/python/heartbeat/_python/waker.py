"""Ends the sleep of a thread."""

from __future__ import annotations

from heartbeat._real_threads import unpatched

_LONGEST = 3600.0


class Waker:
    """A lock that is held while there is no reason to wake. Unlike threading.Event, a signal
    handler may call wake() while its thread is in it."""

    def __init__(self) -> None:
        self._lock = unpatched("allocate_lock")()
        self._lock.acquire()

    def wake(self) -> None:
        """Ends the current sleep, or the next if the thread is awake."""
        try:
            self._lock.release()
        except RuntimeError:  # it was woken already
            pass

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._lock.acquire(True, min(seconds, _LONGEST))
