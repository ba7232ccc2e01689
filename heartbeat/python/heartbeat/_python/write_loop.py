"""When to write, and what the writing thread adds to the document."""

from __future__ import annotations

import random
import time
from typing import Any, Callable, Optional, Tuple

from heartbeat._python.clock import FAR_FUTURE
from heartbeat._python.config import Config
from heartbeat._python.describe import summarize
from heartbeat._python.document import Document, encode
from heartbeat._python.host import suspended_since_boot
from heartbeat._python.resp import Deadline
from heartbeat._python.service_state import MAX_REASON_BYTES, ServiceSnapshot, ServiceState
from heartbeat._python.secrets_mask import mask_secrets
from heartbeat._python.texts import MS, SECOND, format_duration, printable, truncate
from heartbeat._python.waker import Waker
from heartbeat._python.writer_state import MAX_ERROR_BYTES, Beat, Lateness, SharedWriter
from heartbeat._values import Status

_WRITE_LIMIT = 2.0  # seconds, connecting included
_MIN_STEP = 10 * MS  # between two snapshots, however often changes wake the thread
_MARGIN = MS  # a sleep may end a little early
_COALESCE = 100 * MS
_FIRST_PAUSE = 100 * MS


class WriteSchedule:
    """Every interval, soon after a change, with growing pauses after failures. Pure."""

    def __init__(self, interval_ms: int):
        self._interval = interval_ms * MS
        self._pause = 0  # 0: the last write was accepted, or there was none
        self._written: Optional[int] = None
        self._retry_at = 0

    def due(self, changed: bool) -> int:
        """`changed`: the last accepted document is no longer true."""
        if self._pause:
            return self._retry_at
        if self._written is None:
            return 0
        return self._written + (min(_COALESCE, self._interval) if changed else self._interval)

    def succeeded(self, began: int) -> None:
        self._written, self._pause = began, 0

    def failed(self, ended: int, chance: float) -> None:
        """The pause doubles, up to one interval; `chance` from 0 to 1 spreads the pauses, so that
        a hundred services do not reconnect at once."""
        self._pause = min(self._interval, max(_FIRST_PAUSE, 2 * self._pause))
        self._retry_at = ended + int(self._pause * (0.5 + 0.5 * chance)) // MS * MS


class StatusChanges:
    """Puts each change of a service's status into words, once. Pure."""

    def __init__(self, name: str):
        self._name = name
        self._last: Optional[Status] = None
        self._since = 0

    def update(self, document: Document, now: int) -> Optional[str]:
        """None if the status is that of the last call."""
        if document.status == self._last:
            return None
        line = f"{self._name} is {Status(document.status).name.lower()}"
        if document.reason:
            line += f": {document.reason}"
        if self._last is not None:
            line += f" (was {self._last.name.lower()} for {format_duration((now - self._since) // MS)})"
        self._last, self._since = Status(document.status), now
        return line


class WriteLoop:
    """The body of a beat thread."""

    def __init__(
        self, config: Config, service: ServiceState, writer: SharedWriter, sink: Any, waker: Waker,
        stopping: Callable[[], bool], log: Callable[[str], None], logs_changes: bool,
    ):  # fmt: skip
        self._service, self._writer, self._sink = service, writer, sink
        self._waker, self._stopping, self._log = waker, stopping, log
        self._failure = ""  # the last one in the log
        self._changes = StatusChanges(config.member) if logs_changes else None
        self._stop_timeout = config.stop_timeout
        self._schedule = WriteSchedule(config.interval_ms)
        self._lateness = Lateness(config.interval_ms, suspended_since_boot())
        self._accepted: Optional[Tuple[Any, ...]] = None
        self.sequence = 0

    def run(self) -> None:
        while not self._stopping():
            try:
                self._step()
            except Exception as error:  # no memory, or a mistake here: the service goes on
                self._note(f"no beat: {type(error).__name__}: {error}")
                self._waker.sleep(1.0)
        try:
            self._write_farewell()
        except Exception:  # the service is stopping, and is told nothing more
            pass

    def _note(self, failure: str) -> None:
        if failure != self._failure:
            self._failure = failure
            self._log(printable(mask_secrets(failure), MAX_ERROR_BYTES))

    def _step(self) -> None:
        began = time.monotonic_ns()
        snapshot = self._service.snapshot()
        document = snapshot.document
        has_rival = bool(self._writer.read().rival)
        states = tuple(check.state for check in document.checks)
        digest = (document.status, document.reported, has_rival, states)
        due = self._schedule.due(digest != self._accepted)
        if began >= due:
            self._write(document, digest)
            return
        self._sleep_until(min(due, self._wake_time(snapshot)))
        next_step = began + _MIN_STEP
        while not self._stopping() and time.monotonic_ns() < next_step:
            self._sleep_until(next_step)

    def _write(self, document: Document, digest: Tuple[Any, ...]) -> None:
        began = time.monotonic_ns()
        if self._send(document, False, Deadline(_WRITE_LIMIT)):
            self._accepted = digest
            self._schedule.succeeded(began)
            self._lateness.beat_accepted()
        else:
            self._schedule.failed(time.monotonic_ns(), random.random())

    def _write_farewell(self) -> None:
        """The last document reports the stop, but no stall and no rival."""
        self._lateness.beat_accepted()
        self._writer.update(rival="")
        limit = self._stop_timeout * 3 / 4 / SECOND
        self._send(self._service.farewell(), True, Deadline(limit))

    def _send(self, document: Document, is_last: bool, deadline: Deadline) -> bool:
        """Adds what only this thread knows. A stalled thread or a rival makes it degraded at
        best."""
        self.sequence += 1
        document.sequence = self.sequence
        document.writer = writer = self._sink.condition(self._lateness)
        if writer.lapse or writer.rival:
            document.status = max(document.status, Status.DEGRADED)
            document.reason = truncate(summarize(document), MAX_REASON_BYTES)
        if self._changes is not None and not is_last:
            line = self._changes.update(document, time.monotonic_ns())
            if line is not None:
                self._log(line)
        beat = Beat(encode(document), document.written_at, is_last)
        return bool(self._sink.write(beat, deadline))

    def _wake_time(self, snapshot: ServiceSnapshot) -> int:
        """When the mere passing of time may change a check's state, on the clock of the sleep."""
        if snapshot.changes_at == FAR_FUTURE:
            return FAR_FUTURE
        away = max(snapshot.changes_at - self._service.clock.now(), 0)
        return time.monotonic_ns() + away + _MARGIN

    def _sleep_until(self, when: int) -> None:
        self._lateness.sleeps_until(when)
        self._waker.sleep((when - time.monotonic_ns()) / SECOND)
        self._lateness.woke(time.monotonic_ns(), suspended_since_boot())
