"""The fixtures of the tests on a Docker Engine: the machine's, or a private one (root).

    python3 -m pytest -v tests/engine

One engine, its images and one stack serve all tests. What they make in an engine they remove. Where no
engine can be had, all tests are skipped; in an automatic build (CI=true) that is a failure.
"""

import os
import signal
import sys
import time

import pytest

sys.dont_write_bytecode = True
pytest.register_assert_rewrite("harness")

from harness.engine import Unavailable, find_engine  # noqa: E402
from harness.images import PROJECT, Images  # noqa: E402
from harness.stack import SERVICES, Stack  # noqa: E402
from harness.waiting import Watch  # noqa: E402

CACHE = os.path.join(PROJECT, "build", "engine")
BEGAN = time.monotonic()


def pytest_configure():
    """So that what the tests have made is removed in that case, too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """The tests of the trading stack first, which is removed after them. The health checks of two stacks
    would take twice the time of the processors."""
    items.sort(key=lambda item: item.path.name != "trading_test.py")


@pytest.fixture(scope="session")
def say(pytestconfig):
    """Shows how far the run is, for its first minutes have no test."""
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")

    def say(text):
        with capture.global_and_fixture_disabled():
            print(f"\nengine: {text} after {time.monotonic() - BEGAN:.0f} s", flush=True)

    return say


@pytest.fixture(scope="session")
def engine(say):
    try:
        engine = find_engine(os.path.join(CACHE, "docker"))
    except Unavailable as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}: a failure here (CI=true)")
        pytest.skip(str(reason))
    say("a private dockerd" if engine.private else "the engine of this machine")
    yield engine
    engine.stop()


@pytest.fixture(scope="session")
def images(engine, say):
    images = Images(engine)
    try:
        images.build_all()
        say("images built")
        yield images
    finally:
        images.remove()


@pytest.fixture(scope="session")
def running_stack(engine, images, say):
    stack = Stack(engine, images)
    try:
        stack.up()
        Watch(stack).wait_for("healthy", ("redis", *SERVICES))
        say("stack healthy")
        yield stack
    finally:
        stack.down()


@pytest.fixture(scope="session")
def watch(running_stack):
    return Watch(running_stack)


@pytest.fixture
def stack(running_stack, watch):
    """The stack, which begins and ends with everything healthy."""
    watch.wait_for("healthy", ("redis", *SERVICES))
    yield running_stack
    watch.wait_for("healthy", ("redis", *SERVICES))


@pytest.fixture
def cleanup():
    """cleanup(function, *arguments): calls it at the end of the test, before the stack is looked at."""
    calls = []
    yield lambda *call: calls.append(call)
    for function, *arguments in reversed(calls):
        function(*arguments)
