"""Texts of the document: durations, times, numbers, and what makes a text safe to show."""

from __future__ import annotations

import datetime
import math
import re
from typing import Any, Optional, Tuple

MS = 1_000_000  # in nanoseconds, as are all times here
SECOND = 1000 * MS

SHOWN_BYTES = 80  # how much of a wrong value a message shows
ACCEPTED_DURATIONS = "500ms, 3s, 2m, 1h; a bare number is seconds"

_UNITS = {"": 1000, "s": 1000, "ms": 1, "m": 60_000, "h": 3_600_000}
_LONGEST_MS = 3650 * 86_400_000


def parse_duration(text: str) -> Optional[int]:
    """Milliseconds; None for a text that is no duration."""
    match = re.fullmatch(r"([0-9]+)(?:\.([0-9]{1,9}))?(|s|ms|m|h)", text)
    if match is None:
        return None
    whole, fraction, unit = match[1], match[2] or "", _UNITS[match[3]]
    count, rest = divmod(int(whole + fraction) * unit, 10 ** len(fraction))
    return None if rest or count > _LONGEST_MS else count


def format_duration(ms: int) -> str:
    if ms < 0:
        return "-" + format_duration(-ms)
    if 0 < ms < 1000:
        return f"{ms}ms"
    if ms < 10_000 and ms % 1000 >= 100:
        return f"{ms // 1000}.{ms % 1000 // 100}s"
    if ms < 120_000:
        return f"{ms // 1000}s"
    for unit, name, part, part_name in (
        (86_400_000, "d", 3_600_000, "h"),
        (3_600_000, "h", 60_000, "m"),
        (60_000, "m", 1000, "s"),
    ):
        if ms >= unit:
            parts = ms % unit // part
            return f"{ms // unit}{name}" + (f"{parts}{part_name}" if parts else "")
    return ""


def format_durations(first: int, second: int) -> Tuple[str, str]:
    """So that two that differ also read differently."""
    texts = format_duration(first), format_duration(second)
    is_one_unit = texts[0].endswith("ms") == texts[1].endswith("ms")
    if first == second or (is_one_unit and texts[0] != texts[1]):
        return texts
    return f"{first / 1000:.15g}s", f"{second / 1000:.15g}s"


def format_timestamp(ns: int) -> str:
    """RFC 3339 in UTC, with milliseconds."""
    seconds, rest = divmod(ns, SECOND)
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    return f"{moment.isoformat()}.{rest // MS:03}Z"


# --- Numbers ---

_EXACT = 2.0**53


def is_whole(number: float) -> bool:
    return math.isfinite(number) and math.trunc(number) == number and abs(number) <= _EXACT


def _rounded(number: float, digits: int) -> str:
    return str(int(number)) if is_whole(number) else f"{number:.{digits}g}"


def format_number(value: Any, other: Any) -> str:
    """Six digits; more if it would read like `other`, from which it differs, or as 1e+06."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "nothing"
    has_other = isinstance(other, (int, float)) and not isinstance(other, bool) and other != value
    for digits in range(6, 18):
        text = _rounded(value, digits)
        reads_alike = has_other and _rounded(other, digits) == text
        is_short = "e+" in text and abs(value) < 1e15
        if not reads_alike and not is_short:
            break
    return text


# --- Texts of the service ---

_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(match: Any) -> str:
    character = match[0]
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8
        code -= 0xDC00
    return _SHORT.get(character) or (f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}")


def printable(text: str, max_bytes: Optional[int] = None) -> str:
    """The text, safe for a terminal or a log: control characters are escaped; then truncated."""
    text = _UNPRINTABLE.sub(_escaped, text)
    return text if max_bytes is None else truncate(text, max_bytes)


def truncate(text: str, max_bytes: int) -> str:
    """At most so many bytes of UTF-8, cut between two characters; "..." replaces the rest."""
    encoded = text.encode("utf-8", "replace")
    if len(encoded) <= max_bytes:
        return text
    return cut(encoded, max(0, max_bytes - 3)) + "..."[:max_bytes]


def cut(encoded: bytes, max_bytes: int) -> str:
    """The whole characters among the first bytes of UTF-8."""
    return encoded[:max_bytes].decode("utf-8", "ignore")
