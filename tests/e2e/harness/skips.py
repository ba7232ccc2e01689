"""Why a test may be skipped. In an automatic build (CI=true) any other reason is a failure."""

import os

import pytest

# No package brings these.
NO_TLS = "this build has no TLS"
NO_MOUNT = "this machine refuses mounts"
NO_FUSE = "this machine has no /dev/fuse, or the test does not run as root"
NO_STATIC = "healthprobe is not static in this build"
NO_OTHER_SYSTEM = "there is no other system; `scripts/test debian-13` has one"
# The child of a fork may wait for ever for its allocator, which another thread held at the fork.
NO_FORK = "a child of a process with threads may hang under AddressSanitizer"
# A probe has 50 ms after its limit to judge what it has read until then.
TOO_SLOW = "a sanitized probe is too slow for what is measured"
# Its packages are larger than all others together.
NO_GO = "this machine has no Go"
NO_JAVA = "this machine has no Java compiler"
ACCEPTED_SKIPS = (NO_TLS, NO_MOUNT, NO_FUSE, NO_STATIC, NO_OTHER_SYSTEM, NO_FORK, TOO_SLOW, NO_GO, NO_JAVA)


def needs(condition, what):
    """Skips the test where the machine lacks something that a package brings."""
    if not condition:
        pytest.skip(f"needs {what}")


def skip_unless(condition, reason):
    """Skips the test for one of the ACCEPTED_SKIPS."""
    assert reason in ACCEPTED_SKIPS
    if not condition:
        pytest.skip(reason)


def is_refused(reason):
    return os.environ.get("CI") == "true" and reason not in ACCEPTED_SKIPS


def has_tls():
    """The build under test speaks TLS: its CMake option says so."""
    return os.environ["E2E_TLS"] == "1"


def needs_fork():
    skip_unless("E2E_SANITIZED" not in os.environ, NO_FORK)
