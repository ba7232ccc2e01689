"""What a test of values needs: one value in Redis, the probe, and the one-liner beside it.

Where the one-liner passes a value the probe passes it too, or says that it is
not fresh; where the one-liner fails, so does the probe. The exceptions are those
of the document's specification: at most 64 KiB, UTF-8, at most 900 levels, at most 4096 values.
"""

import json

import pytest

STRICTER = ("stale", "no-expiry", "age-unknown", "foreign-service", "missing")
HEALTHY = (0, "healthy", "healthy")
MALFORMED = (1, "unhealthy", "malformed")
TTL = 60
KEY = "health:ingestion"


def document(status="healthy", **fields):
    return json.dumps({"status": status, **fields})


class Value:
    def __init__(self, client, probe, one_liner):
        self.client, self.probe, self.one_liner = client, probe, one_liner

    def put(self, value, ttl_ms=TTL * 1000):
        self.client.psetex(KEY, ttl_ms, value)

    def put_aged(self, seconds, value, ttl=TTL):
        """As a beat that was written so long ago: the age is ttl_ms - PTTL."""
        self.put(value)
        self.client.pexpire(KEY, int((ttl - seconds) * 1000))

    def check(self, expected, *arguments, same_rule=True):
        """The answer is as expected, one clean line, and no laxer or stricter than it may be."""
        found = self.probe("ingestion", *arguments)
        assert found.found == expected, found
        assert found.stderr == ""
        assert found.stdout.count("\n") == 1
        assert len(found.stdout.encode()) <= 4096
        assert found.stdout[:-1].isprintable(), found
        if same_rule and not arguments:
            reference = self.one_liner("ingestion")
            if found.exit == 0:
                assert reference == 0, "laxer than the one-liner"
            elif reference == 0:
                assert found.reason in STRICTER, "stricter than the one-liner"
        return found


@pytest.fixture
def value(client, probe, one_liner):
    return Value(client, probe, one_liner)
