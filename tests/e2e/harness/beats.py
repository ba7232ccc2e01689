"""What a test of the beating library needs: a service, and its next beat in time."""

import json

import pytest
import redis

from harness.raw_commands import converse
from harness.waiting import wait_until

INTERVAL = 1.0
# A beat comes again at most an interval and the time limit of one try after
# Redis does; the rest is this machine's.
RECOVERY = INTERVAL + 2.0 + 15.0
QUICK = {"HEARTBEAT_INTERVAL": "1s", "HEARTBEAT_TTL": "20s"}
CRASHED = ("ERROR: ", "runtime error", "WARNING: ThreadSanitizer", "terminate called")


class Beats:
    """The beats of `ingestion`, read from `node`: the Redis that the next one is expected in."""

    def __init__(self, start_service, node, is_cluster=False):
        self.start_service, self.node, self.is_cluster = start_service, node, is_cluster

    def start(self, url=None, **options):
        service = self.start_service("ingestion", url, **{**QUICK, **options})
        wait_until(lambda: self.document().get("status") == "healthy", 60, "ingestion is healthy")
        return service

    def document(self):
        """{} for none, and also while the node cannot be asked."""
        # In a cluster also while the slot is on its way to the node.
        asking = [("ASKING",)] if self.is_cluster else []
        try:
            return json.loads(converse(self.node, *asking, ("GET", "health:ingestion")) or "{}")
        except redis.exceptions.RedisError:
            return {}

    def sequence(self):
        """The number of the beat that Redis holds; 0 for none."""
        return self.document().get("sequence", 0)

    def wait_for_next(self, after=None, within=RECOVERY, what="it beats again"):
        """Until Redis holds a beat of a higher number than `after`, by default than now."""
        after = self.sequence() if after is None else after
        return wait_until(lambda: self.sequence() > after, within, what)

    def assert_undisturbed(self, service):
        """The same process is there, nothing in it broke, and its main loop goes on."""
        assert service.process.poll() is None, service.output
        for words in CRASHED:
            assert words not in service.output
        document = self.document()
        assert document["instance"]["pid"] == service.process.pid
        assert document["status"] == "healthy"


@pytest.fixture
def beats(start_service, redis):
    return Beats(start_service, redis)
