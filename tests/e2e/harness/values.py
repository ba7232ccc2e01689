"""What a test of values needs: one value in Redis, the probe, and the one-liner beside it.

Where the one-liner passes a value the probe passes it too, or says that it is
not fresh; where the one-liner fails, so does the probe. The exceptions are those
of the document's specification: at most 64 KiB, UTF-8, at most 900 levels.
"""

import json

from harness.case import Case

STRICTER = ("stale", "no-expiry", "missing")
HEALTHY = (0, "healthy", "healthy")
MALFORMED = (1, "unhealthy", "malformed")
TTL = 60


def document(status="healthy", **fields):
    return json.dumps({"status": status, **fields})


class ValueCase(Case):
    topic = "value"

    def setUp(self):
        super().setUp()
        self.start_redis(options=["--proto-max-bulk-len", "2gb"])

    def put(self, value, ttl_ms=TTL * 1000):
        self.client.psetex("health:ingestion", ttl_ms, value)

    def check(self, expected, *arguments, same_rule=True):
        """The answer is as expected, one clean line, and no laxer or stricter than it may be."""
        found = self.probe("ingestion", *arguments)
        self.assertEqual(found.found, expected, found)
        self.assertEqual(found.stderr, "")
        self.assertEqual(found.stdout.count("\n"), 1)
        self.assertLessEqual(len(found.stdout.encode()), 4096)
        self.assertTrue(found.stdout[:-1].isprintable(), found)
        if same_rule and not arguments:
            reference = self.one_liner("ingestion")
            if found.exit == 0:
                self.assertEqual(reference, 0, "laxer than the one-liner")
            elif reference == 0:
                self.assertIn(found.reason, STRICTER, "stricter than the one-liner")
        return found

    def check_all(self, table, expected=None):
        for value, *own in table:
            with self.subTest(value=value[:80]):
                self.put(value)
                self.check(own[0] if own else expected)
