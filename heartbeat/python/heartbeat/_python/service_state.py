"""What a service declared, marked and reported. Its lock is never held during I/O."""

from __future__ import annotations

from typing import Callable, List, NamedTuple, Optional, Tuple

from heartbeat._python.check_set import CheckSet, Condition
from heartbeat._python.clock import Clock, ClockReading
from heartbeat._python.config import Config
from heartbeat._python.describe import summarize
from heartbeat._python.document import FAREWELL_REASON, Document, Reported
from heartbeat._python.host import boot_id, boot_ms, this_instance
from heartbeat._python.schedule import Schedule
from heartbeat._python.secrets_mask import mask_secrets
from heartbeat._python.sources import Events, Flag, Gauge, Guard
from heartbeat._python.texts import MS, SHOWN_BYTES, printable, truncate
from heartbeat._values import ConfigError, Severity, Status

MAX_REASON_BYTES = 1000


class ServiceSnapshot(NamedTuple):
    document: Document  # without `sequence` and `writer`
    changes_at: int  # when the mere passing of time may change a state next


class ServiceState:
    def __init__(self, config: Config, clock: Clock, guard: Guard, wake: Callable[[], None]):
        self._config, self.clock, self.guard, self._wake = config, clock, guard, wake
        self.instance = this_instance(config.instance)
        self._boot_id = boot_id()
        self.flags: List[Flag] = []
        self.gauges: List[Gauge] = []
        self.activities: List[Events] = []
        self.errors: List[Events] = []
        self._checks = CheckSet(config.start_grace)
        self._reported: Optional[Reported] = None
        self._started: Optional[int] = None
        self._seen: Tuple[str, ...] = ()

    def require_not_started(self, what: str) -> None:
        if self._started is not None:
            raise ConfigError(f"{what} is declared after start(): declare it before")

    def add_check(
        self, name: str, severity: int, condition: Condition, schedule: Optional[Schedule]
    ) -> None:
        with self.guard.lock:
            self.require_not_started(f"check '{printable(name, SHOWN_BYTES)}'")
            self._checks.add(name, Severity(severity), condition, schedule)

    def report(self, status: Status, reason: str) -> None:
        text = printable(mask_secrets(reason), MAX_REASON_BYTES)
        with self.guard.lock:
            self._reported = Reported(status, text)

    def start(self) -> None:
        """Starts the waiting times of the checks."""
        with self.guard.lock:
            self._started = self.clock.now()
            self._checks.start(self._started)

    def leave_parent(self) -> None:
        """For a forked child that starts: it is another instance."""
        self.instance = this_instance(self._config.instance)

    def snapshot(self) -> ServiceSnapshot:
        """Evaluates every check. With a file two threads take snapshots, but a source wakes only
        for the threshold of the latest one: a changed state wakes both threads."""
        with self.guard.lock:
            at = self.clock.read()
            evaluation = self._checks.evaluate(at)
            document = self._document_at(at)
            document.checks, document.reported = evaluation.checks, self._reported
            document.status = evaluation.status
            if self._reported is not None:
                reported = self._reported.status
                document.status = max(evaluation.status, reported) if document.checks else reported
            document.reason = (
                truncate(summarize(document), MAX_REASON_BYTES)
                if document.checks or self._reported is not None
                else "no check is declared and no status reported"
            )
            states = tuple(check.state for check in document.checks)
            changed, self._seen = states != self._seen, states
        if changed and self._config.file:
            self._wake()
        return ServiceSnapshot(document, evaluation.changes_at)

    def farewell(self) -> Document:
        with self.guard.lock:
            document = self._document_at(self.clock.read())
        document.status, document.reason = Status.UNHEALTHY, FAREWELL_REASON
        return document

    def _document_at(self, at: ClockReading) -> Document:
        """Without the checks, the status and the reason."""

        def wall_time(then: int) -> int:
            return (at.wall - (at.now - then)) // MS * MS

        document = Document(self._config.service, self.instance)
        document.interval_ms, document.ttl_ms = self._config.interval_ms, self._config.ttl_ms
        document.started_at = wall_time(at.now if self._started is None else self._started)
        document.written_at = wall_time(at.now)
        if self._boot_id:
            document.boot = {"id": self._boot_id, "ms": boot_ms()}
        states = [flag.state for flag in self.flags]
        if any(state is not None for state in states):
            document.connected = all(state is True for state in states)
        document.error_count = sum(events.total for events in self.errors)
        document.processed_count = sum(events.total for events in self.activities)
        newest = [events.newest(1) for events in self.activities if events.total > 0]
        document.last_activity = wall_time(max(newest)) if newest else None
        return document
