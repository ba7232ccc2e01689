"""The document as JSON, and what its beginning says about its writer. heartbeat/FORMAT.md
specifies it. Pure."""

from __future__ import annotations

import json
import re
from typing import Any, Dict, List, NamedTuple, Optional

from heartbeat._python.check_set import CheckReport
from heartbeat._python.sources import COMPARISONS
from heartbeat._python.texts import format_timestamp, is_whole
from heartbeat._values import Status, Writer
from heartbeat._version import VERSION

FAREWELL_REASON = "stopped"
IDENTITY_BYTES = 1024  # of a document are enough for read_writer_identity()


class Reported(NamedTuple):
    """The status that the service reported itself, beside its checks."""

    status: Status
    reason: str


class Document:
    """Times are nanoseconds of the wall clock."""

    def __init__(self, service: str, instance: Dict[str, Any]):
        self.status = Status.STARTING
        self.reason = ""
        self.service, self.instance = service, instance
        self.sequence = self.interval_ms = self.ttl_ms = 0
        self.started_at = self.written_at = 0
        self.boot: Optional[Dict[str, Any]] = None
        self.last_activity: Optional[int] = None
        self.connected: Optional[bool] = None
        self.error_count = self.processed_count = 0
        self.reported: Optional[Reported] = None
        self.checks: List[CheckReport] = []
        self.writer: Optional[Writer] = None


def _number(value: Any) -> Any:
    """A whole number without a fraction; null for what JSON cannot say."""
    if value is None or isinstance(value, bool):
        return value
    if is_whole(value):
        return int(value)
    return value if abs(value) < float("inf") else None  # neither infinity nor NaN


def _check_members(check: CheckReport) -> Dict[str, Any]:
    members: Dict[str, Any] = {
        "severity": check.severity.name.lower(),
        "state": check.state,
        "since": format_timestamp(check.since),
        "kind": check.kind,
        "value": _number(check.value),
    }
    if check.value_is_minimum:
        members["value_is_minimum"] = True
    members["comparison"] = COMPARISONS[check.comparison]
    members["limit"] = _number(check.limit)
    for name, value in (
        ("window_ms", check.window_ms), ("clears_in_ms", check.clears_in_ms),
        ("would_be", check.would_be),
    ):  # fmt: skip
        if value is not None:
            members[name] = value
    if check.output:
        members["output"] = check.output
    return members


def _writer_members(writer: Writer) -> Dict[str, Any]:
    members: Dict[str, Any] = {
        "implementation": "python",
        "version": VERSION,
        "late_beats": writer.late_beats,
        "failed_writes": writer.failed_writes,
        "reconnects": writer.reconnects,
        "vanished": writer.vanished,
        "last_error": writer.last_error,
        "lateness_ms": round(writer.lateness * 1000),
        "worst_lateness_ms": round(writer.worst_lateness * 1000),
        "last_write_ms": round(writer.last_write * 1000),
        "suspended_ms": round(writer.suspended * 1000),
    }
    for name in ("file_error", "lapse", "rival"):
        if getattr(writer, name):
            members[name] = getattr(writer, name)
    return members


def encode(document: Document) -> bytes:
    """One line of JSON, `status` first."""
    members: Dict[str, Any] = {
        "status": str(document.status),
        # The next writer of the key reads only the beginning: see WriterIdentity.
        "instance": document.instance,
        "sequence": document.sequence,
        "interval_ms": document.interval_ms,
        "reason": document.reason,
        "service": document.service,
        "ttl_ms": document.ttl_ms,
        "started_at": format_timestamp(document.started_at),
        "written_at": format_timestamp(document.written_at),
    }
    if document.boot is not None:
        members["boot"] = document.boot
    last = document.last_activity
    members["last_activity"] = None if last is None else format_timestamp(last)
    members["connected"] = document.connected
    members["error_count"] = document.error_count
    members["processed_count"] = document.processed_count
    if document.reported is not None:
        status, reason = document.reported
        members["reported"] = {"status": str(status), "reason": reason}
    if document.checks:
        members["checks"] = {check.name: _check_members(check) for check in document.checks}
    if document.writer is not None:
        members["writer"] = _writer_members(document.writer)
    text = json.dumps(members, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


class WriterIdentity(NamedTuple):
    """The writer of a document, read from its beginning. It is not verified."""

    instance: Optional[Dict[str, Any]] = None
    sequence: Optional[int] = None
    interval_ms: Optional[int] = None
    farewell: bool = False  # its writer's last document

    def key(self) -> Any:
        """What tells one writer from another."""
        known = self.instance
        return None if known is None else (known.get("host"), known.get("pid"), known.get("id"))


_MEMBERS = "status", "instance", "sequence", "interval_ms", "reason"
_SPACE = re.compile(r"[ \t\r\n]*")


def _beginning(text: str) -> Dict[str, Any]:
    """The first members of an object that is cut at any place. One that is cut counts as absent."""
    members: Dict[str, Any] = {}
    decoder = json.JSONDecoder()

    def skip(at: int, character: str) -> int:
        space = _SPACE.match(text, at)
        at = space.end() if space else at
        if not text.startswith(character, at):
            raise ValueError
        return at + 1

    try:
        at = skip(0, "{")
        while not all(name in members for name in _MEMBERS):
            at = skip(at, '"')
            name, at = decoder.raw_decode(text, at - 1)
            at = skip(at, ":")
            space = _SPACE.match(text, at)
            value, at = decoder.raw_decode(text, space.end() if space else at)
            at = skip(at, ",")
            members[name] = value
    except (ValueError, IndexError, RecursionError):
        pass
    return members


def _whole(value: Any) -> Optional[int]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if is_whole(value) and value >= 0 else None


def read_writer_identity(beginning: bytes) -> WriterIdentity:
    members = _beginning(beginning.decode("utf-8", "replace"))
    instance = members.get("instance")
    interval_ms = _whole(members.get("interval_ms"))
    stopped = members.get("status") == "unhealthy" and members.get("reason") == FAREWELL_REASON
    return WriterIdentity(
        instance if isinstance(instance, dict) else None,
        _whole(members.get("sequence")),
        interval_ms,
        stopped or interval_ms == 0,
    )
