"""Makes documents, and what nearly is one, by a grammar. All of it follows from the seed."""

import json
import random

from reading import MAX_VALUES, number_of_values

STATUSES = ("starting", "healthy", "degraded", "unhealthy")
WORDS = ("", "a", "worker-1", "5 checks pass", "stopped", "websocket is false (critical, 42s)", "b1",
         "é", "日本", "\U0001f600", "\u202e", 'say "so"', "a\\b", "/", "\x7f", "line\nline\ttab", "\x00",
         "\u2028", "NaN", "-Infinity", "1e999", "{", "]")  # fmt: skip
ESCAPES = (r"\ud800", r"\udc00", r"\uD83D\uDE00", r"\ud83dx", r"\ud800\ud800\udc00", r"\u0000", r"\u00e9",
           r"\/", r"\b\f\n\r\t", r"\\u12", r"\ud83d\n", r"\uFFFD")  # fmt: skip
BAD_ESCAPES = (r"\x", r"\u12", r"\u-123", "\\", "\n", "\t", r"\U0041")
NUMBERS = ("0", "1", "7", "60000", "10000", "500", "1e3", "1E+3", "60000.0", "60000.5", "6e4", "-1", "-0",
           "-0.0", "0.1", "1.50", "123456789012345", "1234567890123456", "9007199254740992",
           "9007199254740993", "9007199254740992.0", "9223372036854775807", "9223372036854775808",
           "18446744073709551615", "18446744073709551616", "-9223372036854775808",
           "-9223372036854775809", "1e308", "1e309", "-1e309", "1e-400", "5e-324", "9" * 309, "9" * 400,
           "NaN", "Infinity", "-Infinity", "0.123456789012345", "0.1234567890123456", "1e22", "1e23")  # fmt: skip
BAD_NUMBERS = ("01", "+1", ".5", "1.", "1e", "-", "0x10", "1_000", "--1", "-NaN", "infinity", "nan", "1NaN",
               "- 1", "1e+", "00", "-01")  # fmt: skip
TIMES = ("2026-11-23T09:15:00.250Z", "2026-11-23T09:15:00Z", "2026-11-23T09:15:00.123456789Z",
         "2026-02-29T00:00:00Z", "2024-02-29T23:59:59.9Z", "2026-11-23T24:00:00Z", "2026-13-01T00:00:00Z",
         "2026-11-23T09:15:60Z", "2026-11-23T09:15:00+00:00", "2026-11-23 09:15:00Z", "2026-11-23T09:15:00.Z",
         "2026-11-23T09:15:00.1234567891Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "now",
         "2100-02-29T00:00:00Z", "2026-11-31T00:00:00Z", "2026-00-10T00:00:00Z")  # fmt: skip
STATES = ("pass", "waiting", "suppressed", "fail")
KINDS = ("flag", "age", "count", "rate", "gauge", "callback")
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
SEVERITIES = ("critical", "warning")
CHECK_NAMES = ("websocket_connected", "ticks_received", "db", "a.b-c_D9", "x" * 64, "x" * 65, "bad name", "",
               "é", "na\"me")  # fmt: skip
SPACES = ("", "", "", "", " ", "  ", "\t", "\n", "\r\n")
BAD_SPACES = ("\x0b", "\xa0", "//", "\ufeff", ";")


class Grammar:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def document(self):
        """The bytes of one; about half of them are whole and healthy."""
        self.oddity = self.random.choice((0, 0, 0.01, 0.05, 0.2))  # of each part
        self.error = self.random.choice((0, 0, 0, 0.005))
        self.has_spaces = self.random.random() < 0.3
        data = self._text().encode("utf-8", "surrogatepass")
        chance = self.random.random()
        if chance < 0.04:
            data = data[: self.random.randrange(len(data) + 1)]
        elif chance < 0.08:
            data = self._changed(data)
        elif chance < 0.085:
            data = self._padded(data)
        elif chance < 0.09:
            data = self._crowded(data)
        elif chance < 0.095:
            data = b"\xef\xbb\xbf" + data
        return data

    def _changed(self, data):
        place = self.random.randrange(len(data) + 1)
        byte = self.random.choice((b"\0", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"0", b"e", b"-",
                                   b".", b" ", b"\x80", b"\xc3", b"\xff", b"\xed\xa0\x80", b"N", b"u"))  # fmt: skip
        return data[:place] + byte + data[place + self.random.choice((0, 1)) :]

    def _padded(self, data):
        """About as long as a document may be."""
        return data + b" " * (65_536 - len(data) + self.random.choice((-1, 0, 1, 100)))

    def _crowded(self, data):
        """About as many values as a document may have."""
        elements = MAX_VALUES - number_of_values(data) - 1 + self.random.choice((-1, 0, 1, 100))
        element = self.random.choice((b"0", b"[]", b"{}", b'""', b"1.5", b"NaN"))
        return data.rstrip()[:-1] + b',"x":[' + b",".join([element] * elements) + b"]}"

    # --- Syntax ---------------------------------------------------------------

    def _is_odd(self):
        return self.random.random() < self.oddity

    def _is_bad(self):
        return self.random.random() < self.error

    def _space(self):
        if self._is_bad():
            return self.random.choice(BAD_SPACES)
        return self.random.choice(SPACES) if self.has_spaces else ""

    def _object(self, members):
        """(NAME, TEXT) pairs as an object, some of them twice."""
        members = list(members)
        if members and self._is_odd():
            name = self.random.choice(members)[0]
            members.insert(self.random.randrange(len(members) + 1), (name, self._any()))
        parts = (
            f"{self._space()}{self._string(name)}{self._space()}:{self._space()}{text}{self._space()}"
            for name, text in members
        )
        return "{" + (",".join(parts) or self._space()) + ("," if self._is_bad() else "") + "}"

    def _list(self, texts):
        return "[" + ",".join(f"{self._space()}{text}{self._space()}" for text in texts) + "]"

    def _string(self, text):
        if self._is_bad():
            return f'"{self.random.choice(BAD_ESCAPES)}"'
        quoted = json.dumps(text, ensure_ascii=self.random.random() < 0.5)
        if self._is_odd():
            if self.random.random() < 0.3:
                quoted = '"' + "".join(f"\\u{ord(c):04x}" for c in text if ord(c) < 0xD800) + '"'
            else:
                quoted = quoted[:-1] + self.random.choice(ESCAPES) + '"'
        return quoted

    # --- Values -----------------------------------------------------------------

    def _word(self):
        return self._string(self.random.choice(WORDS if self._is_odd() else WORDS[:7]))

    def _number(self):
        if self._is_bad():
            return self.random.choice(BAD_NUMBERS)
        if self._is_odd():
            return self.random.choice(NUMBERS)
        return str(self.random.choice((0, 1, 7, 500, 10_000, 60_000, self.random.randrange(10**12))))

    def _truth(self):
        return self.random.choice(("true", "false"))

    def _time(self):
        return self._string(self.random.choice(TIMES) if self._is_odd() else TIMES[0])

    def _any(self, depth=0):
        kinds = [self._word, self._number, self._truth, lambda: "null", self._nested]
        if depth < 3:
            kinds += [
                lambda: self._list(self._any(depth + 1) for _ in range(self.random.randrange(4))),
                lambda: self._object(
                    (self.random.choice(WORDS), self._any(depth + 1)) for _ in range(self.random.randrange(4))
                ),
            ]
        return self.random.choice(kinds)()

    def _nested(self):
        """As deep as the quick reader goes, as a document may go, or deeper."""
        deep = self.random.random() < 0.05
        levels = self.random.choice((898, 899, 900, 901, 950) if deep else (1, 5, 14, 15, 16, 17))
        opening = self.random.choice(("[", '{"a":'))
        return opening * levels + ("1" if opening != "[" else "") + ("]" if opening == "[" else "}") * levels

    def _or_odd(self, text):
        return self._any() if self._is_odd() else text

    def _fields(self, fields, probability=0.9):
        """Each field with its value, mostly; some values of another type."""
        members = [
            (name, self._or_odd(make()))
            for name, make in fields.items()
            if self.random.random() < probability
        ]
        if self._is_odd():
            self.random.shuffle(members)
        return members

    def _chosen(self, words):
        def make():
            return self._string("well" if self._is_odd() else self.random.choice(words))

        return make

    # --- The document -----------------------------------------------------------

    def _text(self):
        if self._is_odd() and self._is_odd():
            return self._any()
        healthy = self.random.random() < 0.7
        status = '"healthy"' if healthy and not self._is_odd() else self._chosen(STATUSES)()
        fields = {
            "instance": self._instance, "sequence": self._number, "interval_ms": self._number,
            "reason": self._word, "service": self._word, "ttl_ms": self._number, "started_at": self._time,
            "written_at": self._time, "boot": self._boot, "last_activity": self._time,
            "connected": self._truth, "error_count": self._number, "processed_count": self._number,
        }  # fmt: skip
        parts = {"checks": self._checks, "writer": self._writer}
        if self.random.random() < 0.25:
            parts["reported"] = self._reported
        members = self._fields(fields, self.random.choice((0.1, 0.5, 1.0)))
        members += self._fields(parts, self.random.choice((0, 0.5, 1.0)))
        if not self._is_odd() or not self._is_odd():
            members.insert(self.random.randrange(len(members) + 1) if self._is_odd() else 0, ("status", status))
        if self.random.random() < 0.2:
            members.append(("error_code", self._any()))
        return self._space() + self._object(members) + self._space()

    def _instance(self):
        return self._object(self._fields({
            "host": self._word, "pid": self._number, "id": self._word, "name": self._word,
            "start_ticks": self._number, "pid_namespace": self._number, "net_namespace": self._number,
        }, self.random.choice((0.3, 1.0))))  # fmt: skip

    def _boot(self):
        return self._object(self._fields({"id": self._word, "ms": self._number}))

    def _reported(self):
        return self._object(self._fields({"status": self._chosen(STATUSES), "reason": self._word}))

    def _checks(self):
        if self.random.random() < 0.004:
            return self._object((f"c{n}", self._check()) for n in range(self.random.choice((99, 100, 101, 130))))
        names = [self.random.choice(CHECK_NAMES if self._is_odd() else CHECK_NAMES[:4]) for _ in range(3)]
        return self._object((name, self._or_odd(self._check())) for name in names[: self.random.randrange(4)])

    def _check(self):
        return self._object(self._fields({
            "severity": self._chosen(SEVERITIES), "state": self._chosen(STATES), "since": self._time,
            "kind": self._chosen(KINDS), "value": self.random.choice((self._number, self._truth)),
            "value_is_minimum": self._truth, "comparison": self._chosen(COMPARISONS),
            "limit": self.random.choice((self._number, self._truth)), "window_ms": self._number,
            "clears_in_ms": self._number, "would_be": self._chosen(STATES), "output": self._word,
        }, 0.95))  # fmt: skip

    def _writer(self):
        numbers = ("late_beats", "failed_writes", "reconnects", "vanished", "lateness_ms",
                   "worst_lateness_ms", "last_write_ms", "suspended_ms")  # fmt: skip
        words = ("last_error", "file_error", "lapse", "rival", "dates_error", "implementation", "version")
        return self._object(self._fields(
            {**dict.fromkeys(numbers, self._number), **dict.fromkeys(words, self._word)},
            self.random.choice((0.3, 1.0)),
        ))  # fmt: skip
