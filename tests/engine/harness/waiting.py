"""Waits until the engine says something of the stack's services."""

import time

import pytest

from harness.stack import SERVICES

PATIENCE = 240.0  # seconds, for a busy machine
EVERY = 1.0  # seconds: to ask the engine takes a tenth of a second of a processor


class Watch:
    def __init__(self, stack):
        self.stack = stack

    def wait_until(self, condition, what, within=PATIENCE, every=EVERY):
        end = time.monotonic() + within
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                pytest.fail(f"not within {within:g} s: {what}\n{self.evidence()}")
            time.sleep(every)

    def wait_for(self, status, services=SERVICES, within=PATIENCE):
        """Until the engine says that of all of them."""
        self.wait_until(
            lambda: set(self.stack.statuses(services).values()) == {status},
            f"{', '.join(services)}: {status}",
            within,
        )

    def wait_for_line(self, service, *parts, within=PATIENCE):
        """Until a check of a container that the engine calls unhealthy says all of that."""

        def found():
            status, log = self.stack.health(service)
            line = log[-1]["Output"] if log else ""
            return line if status == "unhealthy" and all(part in line for part in parts) else None

        return self.wait_until(found, f"{service} unhealthy: {', '.join(parts)}", within)

    def evidence(self):
        lines = []
        for service, status in self.stack.statuses(self.stack.services).items():
            lines.append(f"{service} {status}: {self.stack.last_line(service)}")
        return "\n".join(lines)


def assert_line(line, *parts):
    """One whole line, within what the engines and pagers show."""
    assert line.endswith("\n") and line.count("\n") == 1, line
    assert len(line.encode()) <= 201, line
    for part in parts:
        assert part in line
