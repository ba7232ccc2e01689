"""Reads a document as heartbeat/FORMAT.md says, by Python's json: what decode() has to find."""

import json
import math
import re

MAX_BYTES, MAX_VALUES, MAX_LEVELS, MAX_CHECKS = 65_536, 4_096, 900, 100
EXACT = 2**53
CHECK_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?Z\Z")
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.S)
EMPTY = re.compile(rb"[\[{][ \t\r\n]*[\]}]")
STATUSES = {"starting", "healthy", "degraded", "unhealthy"}
CHOICES = {
    "severity": {"critical", "warning"},
    "state": {"pass", "waiting", "suppressed", "fail"},
    "kind": {"flag", "age", "count", "rate", "gauge", "callback"},
    "comparison": {"<", "<=", ">", ">=", "==", "!="},
}


class Refused(Exception):
    """It is no document."""


class MinusZero(int):
    """-0 counts as a negative number."""


def integer(text):
    if text == "-0":
        return MinusZero()
    digits = text.lstrip("-")
    if len(digits) > 20 or not -(2**63) <= int(text) < 2**64:
        return real(text)
    return int(text)


def real(text):
    number = float(text)
    return None if math.isinf(number) else number


def whole_text(text):
    return LONE_SURROGATE.sub("\ufffd", text)


def last_of_each(pairs):
    """Of two members with the same name the last counts, also in its place."""
    members = {}
    for name, value in pairs:
        name = whole_text(name)
        members.pop(name, None)
        members[name] = value
    return members


def is_too_deep(data):
    if data.count(b"[") + data.count(b"{") <= MAX_LEVELS:
        return False
    deepest = level = 0
    for byte in STRING.sub(b"", data):
        level += (byte in b"[{") - (byte in b"]}")
        deepest = max(deepest, level)
    return deepest > MAX_LEVELS


def number_of_values(data):
    """Of a JSON text: one begins it, and one follows each comma and each bracket of what is not empty."""
    bare = STRING.sub(b"0", data)
    return 1 + sum(map(bare.count, (b",", b"[", b"{"))) - len(EMPTY.findall(bare))


def parse(data):
    if not data or len(data) > MAX_BYTES or is_too_deep(data) or number_of_values(data) > MAX_VALUES:
        raise Refused
    try:
        return json.loads(data.decode("utf-8-sig"), parse_int=integer, parse_float=real,
                          parse_constant=lambda _: None, object_pairs_hook=last_of_each)  # fmt: skip
    except (ValueError, RecursionError):
        raise Refused from None


def read(data):
    """The document as decode() understands it and encode() writes it; raises Refused."""
    json_value = parse(data)
    if not isinstance(json_value, dict) or json_value.get("status") not in list(STATUSES):
        raise Refused
    found = Fields(json_value)
    document = {"status": json_value["status"], "reason": found.text("reason") or ""}
    document["last_activity"] = found.time("last_activity")
    document["connected"] = found.truth("connected")
    optional = {
        "instance": found.part("instance", instance),
        "service": found.text("service"),
        "boot": found.part("boot", boot),
        "reported": found.part("reported", reported),
        "checks": found.part("checks", checks) or None,
        "writer": found.part("writer", writer),
        **{name: found.duration(name) for name in ("interval_ms", "ttl_ms")},
        **{name: found.count(name) for name in ("sequence", "error_count", "processed_count")},
        **{name: found.time(name) for name in ("started_at", "written_at")},
    }
    return document | present(optional)


def present(fields):
    return {name: value for name, value in fields.items() if value is not None}


class Fields:
    """The members of an object; one of another type counts as absent."""

    def __init__(self, members):
        self.members = members

    def text(self, name):
        value = self.members.get(name)
        return whole_text(value) if isinstance(value, str) else None

    def truth(self, name):
        value = self.members.get(name)
        return value if isinstance(value, bool) else None

    def count(self, name):
        """Also as other languages may write it: 60000.0."""
        value = self.members.get(name)
        if isinstance(value, (bool, MinusZero)) or not isinstance(value, (int, float)) or value < 0:
            return None
        if isinstance(value, float) and (value > EXACT or value != int(value)):
            return None
        return int(value)

    def duration(self, name):
        value = self.count(name)
        return value if value is not None and value <= EXACT else None

    def time(self, name):
        match = TIME.match(self.text(name) or "")
        if not match:
            return None
        year, month, day, hour, minute, second = map(int, match.groups()[:6])
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
        if not 1 <= month <= 12 or not 1 <= day <= days[month - 1]:
            return None
        if hour > 23 or minute > 59 or second > 59:
            return None
        return f"{match[0][:19]}.{((match[7] or '') + '000')[:3]}Z"

    def value(self, name):
        value = self.members.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return value if isinstance(value, bool) else None
        return float(value)

    def choice(self, name, words):
        value = self.members.get(name)
        return value if isinstance(value, str) and value in words else None

    def part(self, name, read_part):
        value = self.members.get(name)
        return read_part(value) if isinstance(value, dict) else None


def instance(members):
    found = Fields(members)
    pid = found.count("pid")
    if pid is None or pid >= 2**63:
        value = members.get("pid")
        is_negative = isinstance(value, int) and not isinstance(value, bool) and value < 0
        pid = value if is_negative else 0
    optional = {"name": found.text("name") or None}
    for name in ("start_ticks", "pid_namespace", "net_namespace"):
        optional[name] = found.count(name)
    return {"host": found.text("host") or "", "pid": pid, "id": found.text("id") or "", **present(optional)}


def boot(members):
    found = Fields(members)
    both = {"id": found.text("id"), "ms": found.duration("ms")}
    return None if None in both.values() else both


def reported(members):
    status = Fields(members).choice("status", STATUSES)
    return status and {"status": status, "reason": Fields(members).text("reason") or ""}


def checks(members):
    reports = {}
    for name, value in members.items():
        if len(reports) == MAX_CHECKS:
            break
        if CHECK_NAME.match(name) and isinstance(value, dict) and (report := check(value)):
            reports[name] = report
    return reports


def check(members):
    found = Fields(members)
    words = {name: found.choice(name, allowed) for name, allowed in CHOICES.items()}
    if None in words.values():
        return None
    optional = {
        "since": found.time("since"),
        "value_is_minimum": found.truth("value_is_minimum") or None,
        "window_ms": found.duration("window_ms"),
        "clears_in_ms": found.duration("clears_in_ms"),
        "would_be": found.choice("would_be", CHOICES["state"]),
        "output": found.text("output") or None,
    }
    return {**words, "value": found.value("value"), "limit": found.value("limit"), **present(optional)}


def writer(members):
    found = Fields(members)
    counts = ("late_beats", "failed_writes", "reconnects", "vanished")
    durations = ("lateness_ms", "worst_lateness_ms", "last_write_ms", "suspended_ms")
    return {
        **{name: found.count(name) or 0 for name in counts},
        **{name: found.duration(name) or 0 for name in durations},
        "last_error": found.text("last_error") or "",
        **present({name: found.text(name) or None for name in ("implementation", "version", "file_error", "lapse", "rival", "dates_error")}),
    }
