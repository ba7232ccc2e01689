"""Detects other processes that write the same key, by what each beat has replaced. Pure: times
are arguments, of a clock that goes on while the machine is suspended.

A document of another writer is a sign of life only if it is recent: it replaced a beat of ours, or
its sequence grew. The last document of a predecessor, a Redis restored from a snapshot and a
failover to a replica that lagged are therefore no rivals."""

from __future__ import annotations

from typing import List, NamedTuple, Optional

from heartbeat._python.config import MAX_INTERVAL_MS, MIN_INTERVAL_MS
from heartbeat._python.document import WriterIdentity, read_writer_identity
from heartbeat._python.texts import MS, printable

_MAX_SILENT_INTERVALS = 1.5  # of a writer; after more it counts as stopped
_MAX_OTHERS = 8
_MAX_HOST_BYTES = 100


class Observation(NamedTuple):
    """What the key held before an accepted beat."""

    found: bytes  # the beginning of a document; empty: no key
    unbroken: bool  # the previous accepted beat used the same connection, and none failed since
    began: int
    ended: int


class _OtherWriter:
    def __init__(self, identity: WriterIdentity, interval: int, seen: int):
        self.identity, self.interval, self.seen = identity, interval, seen
        self.is_rival = False  # it writes now
        self.unseen = 0  # how long we looked without seeing it

    def saw_alive(self, identity: WriterIdentity, now: int) -> None:
        # A writer that does not state its interval shows it by its beats.
        gap = now - self.seen
        if identity.interval_ms is not None:
            stated = max(MIN_INTERVAL_MS, min(MAX_INTERVAL_MS, identity.interval_ms))
            self.interval = stated * MS
        elif gap <= MAX_INTERVAL_MS * MS:
            self.interval = max(self.interval, gap)
        self.identity, self.is_rival = identity, not identity.farewell
        self.unseen, self.seen = 0, now


class DuplicateWriterDetector:
    def __init__(self, own_id: str, interval_ms: int, ttl_ms: int):
        self._own_id, self._interval, self._ttl = own_id, interval_ms * MS, ttl_ms * MS
        self._others: List[_OtherWriter] = []  # oldest first
        self._last_beat: Optional[int] = None
        self.vanished = 0  # how often the key was gone although it could not have expired

    def observe(self, observation: Observation) -> None:
        last, self._last_beat = self._last_beat, observation.began
        if last is not None and observation.began > last:
            # The others may have written while we did not look: at most one interval counts.
            self._add_unseen(min(observation.began - last, self._interval))
        if not observation.found:
            # A margin of a tenth of the TTL, because Redis measures it by its own clock.
            limit = self._ttl - self._ttl // 10
            if last is not None and observation.unbroken and observation.ended < last + limit:
                self.vanished += 1
            return
        identity = read_writer_identity(observation.found)
        if identity.instance is None or identity.instance.get("id") != self._own_id:
            self._found_other(identity, observation)

    def cannot_observe(self) -> None:
        """An accepted beat was not allowed to read the key: other writers are unknown."""
        self._others.clear()
        self._last_beat = None

    def has_rival(self) -> bool:
        return any(other.is_rival for other in self._others)

    def rival(self) -> str:
        """The other process that writes now, such as "host b1, pid 7"; "" without one."""
        rivals = [other for other in self._others if other.is_rival]
        if not rivals:
            return ""
        more = f" and {len(rivals) - 1} more" if len(rivals) > 1 else ""
        return _name_of(rivals[0].identity) + more

    def _found_other(self, identity: WriterIdentity, observation: Observation) -> None:
        for known in self._others:
            if known.identity.key() == identity.key():
                before, now = known.identity.sequence, identity.sequence
                numbered = before is not None and now is not None
                if now > before if numbered else observation.unbroken:  # type: ignore[operator]
                    known.saw_alive(identity, observation.began)
                return
        if len(self._others) == _MAX_OTHERS:
            self._others.remove(max(self._others, key=lambda other: other.unseen))
        self._others.append(_OtherWriter(identity, self._interval, observation.began))
        if observation.unbroken:
            self._others[-1].saw_alive(identity, observation.began)

    def _add_unseen(self, time: int) -> None:
        for other in self._others:
            other.unseen += time
            if other.unseen >= _MAX_SILENT_INTERVALS * other.interval:
                other.is_rival = False


def _name_of(identity: WriterIdentity) -> str:
    instance = identity.instance or {}
    host, pid = instance.get("host"), instance.get("pid")
    if not isinstance(host, str) or not host:
        return "an unknown writer"
    name = f"host {printable(host, _MAX_HOST_BYTES)}"
    return f"{name}, pid {pid}" if isinstance(pid, int) and pid > 0 else name
