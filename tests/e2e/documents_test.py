"""What the probe makes of a value, beside the one-liner that it replaces."""

import datetime
import json
import os

from harness import needs, test
from harness.probe import probe_and_peak
from harness.values import HEALTHY, MALFORMED, ValueCase, document

GIB = 1 << 30
NOW = datetime.datetime(2026, 11, 23, 9, 15, tzinfo=datetime.timezone.utc)
SEED = {
    "last_activity": str(NOW),
    "connected": False,
    "error_count": 0,
    "processed_count": 0,
}


def nested(levels):
    return '{"status": "healthy", "x": ' + "[" * levels + "]" * levels + "}"


class Documents(ValueCase):
    @test("a document of a foreign writer is judged by its status")
    def test_statuses(self):
        for status, verdict in (
            ("healthy", HEALTHY),
            ("degraded", (1, "degraded", "degraded")),
            ("starting", (1, "starting", "starting")),
            ("unhealthy", (1, "unhealthy", "unhealthy")),
            ("Healthy", MALFORMED),
            ("healthy ", MALFORMED),
            ("ok", MALFORMED),
            ("", MALFORMED),
        ):
            with self.subTest(status=status):
                self.put(document(status))
                self.check(verdict)
                self.put(document(**{**SEED, "status": status}))
                self.check(verdict)

    @test("what Python's json.dumps writes is read as Python reads it")
    def test_python(self):
        self.check_all(
            [
                [json.dumps({**SEED, "status": "healthy"}, indent=2)],
                [json.dumps({"last_activity": NOW.isoformat(), "status": "healthy"})],
                [json.dumps({"rate": float("nan"), "high": float("inf"), "status": "healthy"})],
                [json.dumps({"low": [-float("inf")], "status": "healthy"})],
                [json.dumps({"name": "NaN, \"Infinity\" \\", "status": "healthy"})],
                [json.dumps({"nested": {"status": "unhealthy", "a": [{}]}, "status": "healthy"})],
                [json.dumps({"text": "ünïcödé 🚀", "status": "healthy"}, ensure_ascii=False)],
                [json.dumps({"text\u2028": "\x7f", "status": "healthy"}, ensure_ascii=False)],
                [json.dumps({"text": "🚀 \ud800", "status": "healthy"})],
                [json.dumps({"big": 10**30, "small": -1e-320, "status": "healthy"})],
                [json.dumps({"big": 10**400, "bigger": [-(10**4000)], "status": "healthy"})],
                ['{"status": "healthy", "x": [1e400, -1E+999999999]}'],
                [json.dumps({"interval_ms": "soon", "ttl_ms": None, "status": "healthy"})],
                [json.dumps({"checks": [], "writer": 1.5, "status": "healthy"})],
                [json.dumps({"instance": 7, "sequence": -1, "reason": {}, "status": "healthy"})],
                ['\t\r\n {"status"\n:\t"healthy"} \r\n'],
                ['{"st\\u0061tus": "he\\u0061lthy"}'],
                ['{"status": "unhealthy", "status": "healthy"}'],
                [nested(890)],
                [b"\xef\xbb\xbf" + document().encode()],
            ],
            HEALTHY,
        )
        self.put('{"status": "healthy", "status": "unhealthy"}')
        self.check((1, "unhealthy", "unhealthy"))

    @test("what json.loads refuses is [malformed]")
    def test_not_json(self):
        self.check_all(
            [
                [value]
                for value in (
                    "", " ", "healthy", "{", "{'status': 'healthy'}", '{status: "healthy"}',
                    '{"status": "healthy"', '{"status": "healthy",}', '{"status": "healthy"}}',
                    '{"status": "healthy"} x', '{"status": "healthy"} // yes',
                    '{"status": "healthy"}\0', '{"status": "healthy"} \0 x',
                    '{"status": "healthy", "x": 01}', '{"status": "healthy", "x": .5}',
                    '{"status": "healthy", "x": +1}', '{"status": "healthy", "x": nan}',
                    '{"status": "healthy", "x": "\\q"}', '{"status": "healthy", "x": "\\u12"}',
                    '{"status": "healthy", "x": NaNN}', '{"status": "healthy", NaN: 1}',
                    '\f{"status": "healthy"}', '\u00a0{"status": "healthy"}', nested(30_000),
                )
            ],
            MALFORMED,
        )  # fmt: skip

    @test("JSON that is no object with a status of text is [malformed]")
    def test_no_document(self):
        self.check_all(
            [
                [value]
                for value in (
                    '"healthy"', "null", "true", "1", "NaN", "[]", "{}", '["status", "healthy"]',
                    '[{"status": "healthy"}]', '{"Status": "healthy"}', '{"status": null}',
                    '{"status": true}', '{"status": 1}', '{"status": NaN}',
                    '{"status": ["healthy"]}', '{"status": {"status": "healthy"}}',
                )
            ],
            MALFORMED,
        )  # fmt: skip

    @test("control characters and broken UTF-8 are never shown as they are")
    def test_hostile_text(self):
        self.check_all(
            [
                [b'{"status": "healthy", "x": "\xff"}', MALFORMED],
                [b'{"status": "healthy", "x": "\xc3"}', MALFORMED],
                [b'{"status": "healthy", "x": "\n"}', MALFORMED],
                [b'{"status": "healthy", "x": "\x00"}', MALFORMED],
                [b'\x1b[2J\x07\xfe', MALFORMED],
                [b'{"status": "\\u001b[2J\\n\\u009b\\u202e\\ufeff"}', MALFORMED],
                [b'{"status": "degraded", "reason": "a\\nb\\u001b[31m\\u0000\\u202e"}',
                 (1, "degraded", "degraded")],
                [document("unhealthy", reason="long " * 10_000), (1, "unhealthy", "unhealthy")],
            ]
        )  # fmt: skip

    @test("documents up to 64 KiB are read, longer ones refused")
    def test_size(self):
        empty = len(document(x=""))
        self.put(document(x="x" * (65536 - empty)))
        self.check(HEALTHY)
        self.put(document(x="x" * (65537 - empty)))
        self.check((1, "unhealthy", "too-large"), same_rule=False)

    @test("documents are UTF-8, and nested 900 levels at most")
    def test_documented_exceptions(self):
        for value in (document().encode("utf-16"), document().encode("utf-32-be"), nested(950)):
            self.put(value)
            self.check(MALFORMED, same_rule=False)

    @test("a value of 1 GiB costs the probe nothing", seconds=10)
    def test_huge(self):
        with open("/proc/meminfo") as file:
            lines = dict(line.split(":") for line in file)
        free = int(lines["MemAvailable"].split()[0]) * 1024
        needs(free > 2 * GIB, "2 GiB of memory")
        self.put(document())
        self.client.connection_pool.connection_kwargs["socket_timeout"] = 60
        self.client.connection_pool.reset()  # the old connection would keep its time limit
        self.client.setrange("health:ingestion", GIB - 1, "x")
        self.check((1, "unhealthy", "too-large"), same_rule=False)
        answer, peak = probe_and_peak("ingestion", redis_url=self.url)
        self.assertEqual(answer.reason, "too-large")
        if "E2E_SANITIZED" not in os.environ:
            self.assertLess(peak, 20 * 1024, "KiB of memory")
