"""The checks of a document in words. Pure."""

from __future__ import annotations

from typing import Any, List

from heartbeat._python.check_set import CheckReport
from heartbeat._python.document import FAREWELL_REASON, Document
from heartbeat._python.sources import COMPARISONS
from heartbeat._python.texts import MS, format_duration, format_durations, format_number
from heartbeat._values import Severity, Status

_LIMIT_WORDS = {
    "<": "limit <", "<=": "limit <=", ">": "must be above ", ">=": "must be at least ",
    "==": "must be ", "!=": "must not be ",
}  # fmt: skip


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _to_ms(seconds: float) -> int:
    return int(max(-1e12, min(1e12, seconds)) * 1000)


def _limit(check: CheckReport) -> str:
    per = "/s" if check.kind == "rate" else ""
    words = _LIMIT_WORDS[COMPARISONS[check.comparison]]
    return f"{words}{format_number(check.limit, check.value)}{per}"


def _age_and_limit(check: CheckReport) -> str:
    most = _to_ms(check.limit)
    if not _is_number(check.value):
        return f"never, limit {format_duration(most)}"
    since, limit = format_durations(_to_ms(check.value), most)
    return f"{since} ago, limit {limit}"


def _finding(check: CheckReport) -> str:
    """The value and the limit: "75s ago, limit 60s"."""
    if check.kind == "flag":
        truth = {None: "never set", True: "is true", False: "is false"}[check.value]
        return truth + (f": {check.output}" if check.output else "")
    if check.kind == "age":
        return _age_and_limit(check)
    if check.kind == "gauge":
        return f"{format_number(check.value, check.limit)}, {_limit(check)}"
    if check.kind == "callback":
        return check.output or ("succeeded" if check.value is True else "failed")
    minimum = "at least " if check.value_is_minimum else ""
    over = "/s over" if check.kind == "rate" else " in"
    window = format_duration(check.window_ms or 0)
    number = format_number(check.value, check.limit)
    return f"{minimum}{number}{over} {window}, {_limit(check)}"


def _timing(check: CheckReport, written_at: int) -> str:
    """When the state ends, or how long it has lasted."""
    if check.clears_in_ms is not None:
        return f", clears in {format_duration(max(0, check.clears_in_ms))}"
    if check.kind == "age" and _is_number(check.value):
        return ""
    return f", {format_duration(max(0, written_at - check.since) // MS)}"


def _describe(check: CheckReport, written_at: int) -> str:
    what = "waiting for data" if check.state == "waiting" else _finding(check)
    severity = check.severity.name.lower()
    return f"{check.name} {what} ({severity}{_timing(check, written_at)})"


def _is_cause_of(check: CheckReport, status: Status) -> bool:
    if status == Status.STARTING:
        return check.state == "waiting" and check.severity == Severity.CRITICAL
    return status != Status.HEALTHY and check.state == "fail"


def _passes(checks: List[CheckReport]) -> str:
    states = [check.state for check in checks]
    passing = states.count("pass")
    text = f"{passing} check{' passes' if passing == 1 else 's pass'}"
    for state in ("waiting", "suppressed"):
        if states.count(state):
            text += f", {states.count(state)} {state}"
    return text


def summarize(document: Document) -> str:
    """What causes the document's status, worst first. Without a cause, the document's own reason;
    for a healthy document without a reason, the number of checks that pass."""
    status, checks, parts = document.status, document.checks, []
    if document.reported is not None and document.reported.status == status:
        reason = document.reported.reason
        if status != Status.HEALTHY:
            parts.append(reason or f"reported {status}")
        elif not checks:
            parts.append(reason)
    for severity in (Severity.CRITICAL, Severity.WARNING):
        parts += [
            _describe(check, document.written_at)
            for check in checks
            if check.severity == severity and _is_cause_of(check, status)
        ]
    if document.writer is not None and status != Status.HEALTHY:
        parts.append(document.writer.lapse)
        if document.writer.rival:
            parts.append(f"another process writes the same key: {document.writer.rival}")
    text = "; ".join(part for part in parts if part)
    if text or document.reason == FAREWELL_REASON:
        return text or FAREWELL_REASON
    return document.reason if document.reason or not checks else _passes(checks)
