"""The TestCase of the tests on an engine: one engine, its images and one stack for all."""

import time
import unittest

from harness.images import SERVICES as TARGETS
from harness.stack import INTERVAL, SERVICES

PATIENCE = 90.0  # for a machine that has much to do


class Case(unittest.TestCase):
    maxDiff = None
    # Set by run.py.
    engine = None
    images = None
    stack = None

    targets = TARGETS
    services = SERVICES

    def wait_until(self, condition, what, within=PATIENCE, every=0.3):
        end = time.monotonic() + within
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                self.fail(f"not within {within:g} s: {what}\n{self.evidence()}")
            time.sleep(every)

    def wait_for(self, status, services=SERVICES, within=PATIENCE):
        """Until the engine says that of all of them."""
        self.wait_until(
            lambda: set(self.stack.statuses(services).values()) == {status},
            f"{', '.join(services)}: {status}",
            within,
        )

    def evidence(self):
        lines = []
        for service, status in self.stack.statuses(("redis", *self.services)).items():
            lines.append(f"{service} {status}: {self.stack.last_line(service)}")
        return "\n".join(lines)

    def assert_line(self, line, *parts):
        """One whole line, within what the engines and pagers show."""
        self.assertEqual(line.count("\n"), 1, line)
        self.assertTrue(line.endswith("\n"), line)
        self.assertLessEqual(len(line.encode()), 201, line)
        for part in parts:
            self.assertIn(part, line)


class StackCase(Case):
    """Begins and ends with everything healthy."""

    def setUp(self):
        self.wait_for("healthy", ("redis", *SERVICES))
        self.addCleanup(self.wait_for, "healthy", ("redis", *SERVICES))

    def wait_for_line(self, service, *parts, within=PATIENCE):
        """Until a check of a container that the engine calls unhealthy says all of that."""

        def found():
            status, log = self.stack.health(service)
            line = log[-1]["Output"] if log else ""
            return line if status == "unhealthy" and all(part in line for part in parts) else None

        return self.wait_until(found, f"{service} unhealthy: {', '.join(parts)}", within)


__all__ = ["Case", "StackCase", "INTERVAL", "SERVICES"]
