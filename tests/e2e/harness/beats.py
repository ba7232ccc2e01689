"""What a test of the beating library needs: a service, and its next beat in time."""

import redis

from harness.case import Case

INTERVAL = 1.0
# A beat comes again at most an interval and the time limit of one try after
# Redis does; the last second is this machine's.
RECOVERY = INTERVAL + 2.0 + 1.0
QUICK = {"HEARTBEAT_INTERVAL": "1s", "HEARTBEAT_TTL": "20s"}
# What a Redis is told to drop every other client.
KILL_ALL = ("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
CRASHED = ("ERROR: ", "runtime error", "WARNING: ThreadSanitizer", "terminate called")


class BeatCase(Case):
    """`self.client` has to be one of the Redis that the next beat is expected in."""

    def start_beating(self, url=None, **options):
        service = self.start_service("ingestion", url, **{**QUICK, **options})
        self.wait_for_status("ingestion", "healthy")
        return service

    def document(self, service):
        try:
            return super().document(service)
        except redis.exceptions.RedisError:
            return {}

    def sequence(self):
        """The number of the beat that Redis holds; 0 for none."""
        return self.document("ingestion").get("sequence", 0)

    def wait_for_beat(self, after, within=RECOVERY, what="it beats again"):
        """Until Redis holds a beat of a higher number than `after`."""
        return self.wait_until(lambda: self.sequence() > after, within, what)

    def assert_undisturbed(self, service):
        """The same process is there, nothing in it broke, and its main loop goes on."""
        self.assertIsNone(service.process.poll(), service.output)
        for words in CRASHED:
            self.assertNotIn(words, service.output)
        self.assertEqual(self.document("ingestion")["instance"]["pid"], service.process.pid)
        self.assertEqual(self.document("ingestion")["status"], "healthy")
