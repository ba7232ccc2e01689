"""What the probe makes of a value, beside the one-liner that it replaces."""

import datetime
import json
import os

import pytest

from harness.probe import probe_and_peak
from harness.skips import needs
from harness.values import HEALTHY, MALFORMED, document

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


@pytest.mark.parametrize("others", [{}, SEED], ids=["alone", "beside other fields"])
@pytest.mark.parametrize(
    "status, verdict",
    [
        ("healthy", HEALTHY),
        ("degraded", (1, "degraded", "degraded")),
        ("starting", (1, "starting", "starting")),
        ("unhealthy", (1, "unhealthy", "unhealthy")),
        ("Healthy", MALFORMED),
        ("healthy ", MALFORMED),
        ("ok", MALFORMED),
        ("", MALFORMED),
    ],
)
def test_a_document_of_a_foreign_writer_is_judged_by_its_status(value, status, verdict, others):
    value.put(document(**{**others, "status": status}))
    value.check(verdict)


WRITTEN_BY_PYTHON = {
    "indented": json.dumps({**SEED, "status": "healthy"}, indent=2),
    "a time": json.dumps({"last_activity": NOW.isoformat(), "status": "healthy"}),
    "NaN and infinity": json.dumps(
        {"rate": float("nan"), "high": float("inf"), "status": "healthy"}
    ),
    "minus infinity": json.dumps({"low": [-float("inf")], "status": "healthy"}),
    "NaN in a text": json.dumps({"name": "NaN, \"Infinity\" \\", "status": "healthy"}),
    "a nested status": json.dumps(
        {"nested": {"status": "unhealthy", "a": [{}]}, "status": "healthy"}
    ),
    "UTF-8": json.dumps({"text": "ünïcödé 🚀", "status": "healthy"}, ensure_ascii=False),
    "a separator and DEL": json.dumps(
        {"text\u2028": "\x7f", "status": "healthy"}, ensure_ascii=False
    ),
    "half a surrogate": json.dumps({"text": "🚀 \ud800", "status": "healthy"}),
    "large and small": json.dumps({"big": 10**30, "small": -1e-320, "status": "healthy"}),
    "4000 digits": json.dumps({"big": 10**400, "bigger": [-(10**4000)], "status": "healthy"}),
    "large exponents": '{"status": "healthy", "x": [1e400, -1E+999999999]}',
    "times of the wrong type": json.dumps(
        {"interval_ms": "soon", "ttl_ms": None, "status": "healthy"}
    ),
    "checks of the wrong type": json.dumps({"checks": [], "writer": 1.5, "status": "healthy"}),
    "an instance of the wrong type": json.dumps(
        {"instance": 7, "sequence": -1, "reason": {}, "status": "healthy"}
    ),
    "white space": '\t\r\n {"status"\n:\t"healthy"} \r\n',
    "escapes": '{"st\\u0061tus": "he\\u0061lthy"}',
    "the last of two": '{"status": "unhealthy", "status": "healthy"}',
    "890 levels": nested(890),
    "4096 values": json.dumps({"status": "healthy", "x": [0] * 4093}),
    "a byte order mark": b"\xef\xbb\xbf" + document().encode(),
}


@pytest.mark.parametrize("name", WRITTEN_BY_PYTHON)
def test_what_json_dumps_of_python_writes_is_read_as_python_reads_it(value, name):
    value.put(WRITTEN_BY_PYTHON[name])
    value.check(HEALTHY)


def test_of_two_statuses_the_last_one_counts(value):
    value.put('{"status": "healthy", "status": "unhealthy"}')
    value.check((1, "unhealthy", "unhealthy"))


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "healthy", "{", "{'status': 'healthy'}", '{status: "healthy"}',
        '{"status": "healthy"', '{"status": "healthy",}', '{"status": "healthy"}}',
        '{"status": "healthy"} x', '{"status": "healthy"} // yes',
        '{"status": "healthy"}\0', '{"status": "healthy"} \0 x',
        '{"status": "healthy", "x": 01}', '{"status": "healthy", "x": .5}',
        '{"status": "healthy", "x": +1}', '{"status": "healthy", "x": nan}',
        '{"status": "healthy", "x": "\\q"}', '{"status": "healthy", "x": "\\u12"}',
        '{"status": "healthy", "x": NaNN}', '{"status": "healthy", NaN: 1}',
        '\f{"status": "healthy"}', '\u00a0{"status": "healthy"}', nested(30_000),
    ],
)  # fmt: skip
def test_what_json_loads_refuses_is_malformed(value, text):
    value.put(text)
    value.check(MALFORMED)


def test_a_document_of_too_many_values_is_malformed(value):
    value.put(json.dumps({"status": "healthy", "x": [0] * 4094}))
    assert "more than 4096 values" in value.check(MALFORMED, same_rule=False).stdout


@pytest.mark.parametrize(
    "text",
    [
        '"healthy"', "null", "true", "1", "NaN", "[]", "{}", '["status", "healthy"]',
        '[{"status": "healthy"}]', '{"Status": "healthy"}', '{"status": null}',
        '{"status": true}', '{"status": 1}', '{"status": NaN}',
        '{"status": ["healthy"]}', '{"status": {"status": "healthy"}}',
    ],
)  # fmt: skip
def test_json_that_is_no_object_with_a_status_of_text_is_malformed(value, text):
    value.put(text)
    value.check(MALFORMED)


@pytest.mark.parametrize(
    "data, expected",
    [
        (b'{"status": "healthy", "x": "\xff"}', MALFORMED),
        (b'{"status": "healthy", "x": "\xc3"}', MALFORMED),
        (b'{"status": "healthy", "x": "\n"}', MALFORMED),
        (b'{"status": "healthy", "x": "\x00"}', MALFORMED),
        (b'\x1b[2J\x07\xfe', MALFORMED),
        (b'{"status": "\\u001b[2J\\n\\u009b\\u202e\\ufeff"}', MALFORMED),
        (b'{"status": "degraded", "reason": "a\\nb\\u001b[31m\\u0000\\u202e"}',
         (1, "degraded", "degraded")),
        (document("unhealthy", reason="long " * 10_000), (1, "unhealthy", "unhealthy")),
    ],
)  # fmt: skip
def test_control_characters_and_broken_utf_8_are_never_shown_as_they_are(value, data, expected):
    value.put(data)
    value.check(expected)


def test_documents_up_to_64_kib_are_read_longer_ones_refused(value):
    empty = len(document(x=""))
    value.put(document(x="x" * (65536 - empty)))
    value.check(HEALTHY)
    value.put(document(x="x" * (65537 - empty)))
    value.check((1, "unhealthy", "too-large"), same_rule=False)


@pytest.mark.parametrize(
    "data",
    [document().encode("utf-16"), document().encode("utf-32-be"), nested(950)],
    ids=["UTF-16", "UTF-32", "950 levels"],
)
def test_documents_are_utf_8_and_nested_900_levels_at_most(value, data):
    value.put(data)
    value.check(MALFORMED, same_rule=False)


@pytest.mark.slow(10)
@pytest.mark.own_redis(options=["--proto-max-bulk-len", "2gb"], login={"socket_timeout": 60})
def test_a_value_of_1_gib_costs_the_probe_nothing(value, redis, client):
    with open("/proc/meminfo") as file:
        lines = dict(line.split(":") for line in file)
    free = int(lines["MemAvailable"].split()[0]) * 1024
    needs(free > 2 * GIB, "2 GiB of memory")
    value.put(document())
    client.setrange("health:ingestion", GIB - 1, "x")
    value.check((1, "unhealthy", "too-large"), same_rule=False)
    answer, peak = probe_and_peak("ingestion", redis_url=redis.url)
    assert answer.reason == "too-large"
    if "E2E_SANITIZED" not in os.environ:
        assert peak < 20 * 1024, "KiB of memory"
