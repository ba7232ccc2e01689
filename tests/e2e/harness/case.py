"""The TestCase of all end-to-end tests: it starts, polls, and cleans up."""

import json
import os
import shutil
import tempfile
import time
import unittest

import harness.probe
from harness.redis_server import RedisServer
from harness.service import Service

SLOW = 5  # seconds, from which on a test is labelled so


def test(sentence, *, seconds=2, patient=False):
    """Names a test for people; `seconds` is about how long it has to wait."""

    def mark(method):
        method.sentence, method.seconds, method.patient = sentence, seconds, patient
        return method

    return mark


# Reasons for a skip that are no failure in an automatic build: no package brings these.
NO_TLS = "this build has no TLS"
NO_MOUNT = "this machine refuses mounts"
NO_FUSE = "this machine has no /dev/fuse, or the test does not run as root"
NO_STATIC = "healthprobe is not static in this build"
NO_OTHER_SYSTEM = "there is no other system; `scripts/test debian-13` has one"
ACCEPTED_SKIPS = (NO_TLS, NO_MOUNT, NO_FUSE, NO_STATIC, NO_OTHER_SYSTEM)


def needs(condition, what):
    """Skips the test where the machine lacks something that a package brings."""
    if not condition:
        raise unittest.SkipTest(f"needs {what}")


def skip_unless(condition, reason):
    """Skips the test for one of the ACCEPTED_SKIPS."""
    if not condition:
        raise unittest.SkipTest(reason)


def has_tls():
    """The build under test speaks TLS: its CMake option says so."""
    return os.environ["E2E_TLS"] == "1"


class Case(unittest.TestCase):
    topic = ""
    service_type = Service

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="e2e-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.services = []
        self.redis = None
        self.url = None

    # --- Starting -------------------------------------------------------------

    def start_redis(self, **options):
        self.redis = RedisServer(self.folder, **options)
        self.addCleanup(lambda: self.redis.process and self.redis.stop())
        self.redis.start()
        self.url = self.redis.url
        self.client = self.redis.client()
        return self.redis

    def start_service(self, name, url=None, tag="", wrapper=(), **variables):
        service = self.service_type(name, url or self.url, self.folder, tag, wrapper, **variables)
        service.start()
        self.addCleanup(service.clean_up)
        self.services.append(service)
        return service

    # --- Looking --------------------------------------------------------------

    def probe(self, *arguments, **variables):
        return harness.probe.probe(*arguments, **{"redis_url": self.url, **variables})

    def one_liner(self, service):
        return harness.probe.one_liner(service, self.url)

    def document(self, service):
        """What Redis holds at this moment; {} for nothing."""
        return json.loads(self.client.get(f"health:{service}") or "{}")

    # --- Waiting --------------------------------------------------------------

    def wait_until(self, condition, within, what, every=0.05):
        """Polls until the condition returns something true; the seconds that took."""
        started = time.monotonic()
        while True:
            value = condition()
            passed = time.monotonic() - started
            if value:
                return passed
            if passed > within:
                self.fail(f"not within {within:g} s: {what}\n{self.evidence()}")
            time.sleep(every)

    def wait_for_status(self, service, status, within=15.0):
        return self.wait_until(
            lambda: self.document(service).get("status") == status,
            within,
            f"{service} is {status}",
        )

    def evidence(self):
        """For the message of a failed test."""
        lines = []
        for service in self.services:
            found = self.probe(service.name)
            lines += [f"probe: {found}", f"output of {service.name}:\n{service.output[-1000:]}"]
        return "\n".join(lines)

    # --- Judging --------------------------------------------------------------

    def assert_healthy(self, service):
        found = self.probe(service)
        self.assertEqual(found.found, (0, "healthy", "healthy"), found)
        self.assertEqual(found.stderr, "")
        self.assertEqual(self.one_liner(service), 0)
