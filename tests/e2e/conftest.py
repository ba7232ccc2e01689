"""The fixtures of the end-to-end tests, the order of the tests, and which skips are failures."""

import collections
import contextlib
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.dont_write_bytecode = True
pytest.register_assert_rewrite("harness")

import harness.attempts  # noqa: E402
import harness.probe  # noqa: E402
from harness.attempts import Attempts  # noqa: E402
from harness.names import shown  # noqa: E402
from harness.process import any_probe  # noqa: E402
from harness.python_service import WRITER, PythonService  # noqa: E402
from harness.redis_server import RedisServer  # noqa: E402
from harness.service import Service  # noqa: E402
from harness.skips import TOO_SLOW, is_refused  # noqa: E402
from harness.waiting import wait_until  # noqa: E402

PLUGINS = "beats board cluster fault_check jobs mail monitor network receiver rows sentinels shipped tls values"
pytest_plugins = [f"harness.{name}" for name in PLUGINS.split()]
EVIDENCE = pytest.StashKey()
SANITIZED = "E2E_SANITIZED" in os.environ
LONGEST = 6  # tests, fewer than there are workers
WINDOW_LIMIT = 900  # seconds for a test that waits for five minutes

# --- The run -------------------------------------------------------------------


def pytest_xdist_auto_num_workers():
    """`-n auto`: tests mostly wait, so more of them than processors at once.

    But not so many of the sanitized ones that their limits pass unseen.
    """
    return (5 if SANITIZED else 6) * len(os.sched_getaffinity(0))


def pytest_make_parametrize_id(val):
    """A value of a table in the name of its test."""
    return shown(val)


def seconds_of(item):
    marker = item.get_closest_marker("slow")
    return marker.args[0] if marker else 0


def slice_of(items, text):
    """For "2/3", every third test from the second one on, and each that no sanitized probe can pass."""
    first, step = map(int, text.split("/"))
    sliced = [item for item in items if not item.get_closest_marker("unsanitized")][first - 1 :: step]
    return [item for item in items if item in sliced or item.get_closest_marker("unsanitized")]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """The longest first, and the other slow ones spread evenly among the quick ones.

    A slow one mostly waits, and a quick one works: so the processors always have some work, and never
    too much of it. E2E_SLICE=1/3 takes a third of the tests. E2E_SURROUNDINGS=no leaves out
    those marked `surroundings`.
    """
    taken = items
    if os.environ.get("E2E_SURROUNDINGS") == "no":
        taken = [item for item in items if not item.get_closest_marker("surroundings")]
    if part := os.environ.get("E2E_SLICE"):
        taken = slice_of(taken, part)
    config.hook.pytest_deselected(items=[item for item in items if item not in taken])
    items[:] = taken
    slow = sorted(filter(seconds_of, items), key=seconds_of, reverse=True)
    quick = [item for item in items if not seconds_of(item)]
    # A worker reserves its next test while it runs one. So quick tests follow the longest, for none of
    # these to wait for another.
    items[:] = slow[:LONGEST] + quick[: 4 * LONGEST]
    slow, quick = slow[LONGEST:], quick[4 * LONGEST :]
    share = len(quick) // max(1, len(slow))
    for i, item in enumerate(slow):
        items += [item, *quick[i * share : (i + 1) * share]]
    items += quick[len(slow) * share :]
    for item in items:
        if item.get_closest_marker("patient"):
            item.add_marker(pytest.mark.timeout(WINDOW_LIMIT))
        if SANITIZED and item.get_closest_marker("unsanitized"):
            item.add_marker(pytest.mark.skip(reason=TOO_SLOW))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.skipped and is_refused(reason := call.excinfo.value.msg):
        report.outcome = "failed"
        report.longrepr = f"a skip is a failure here (CI=true): {reason}"
    if report.failed:
        report.sections += [(title, text()) for title, text in item.stash.get(EVIDENCE, [])]


def pytest_terminal_summary(terminalreporter):
    skipped = terminalreporter.getreports("skipped")
    skips = collections.Counter(report.longrepr[2] for report in skipped)
    terminalreporter.section(f"skipped: {skips.total()}")
    for reason, count in skips.most_common():
        terminalreporter.line(f"{count} x {reason.removeprefix('Skipped: ')}")
    done = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    counts = harness.attempts.summary(done)
    terminalreporter.section(f"measured again: {counts.total()}")
    for test, count in counts.most_common():
        terminalreporter.line(f"{count} x {test}")


# --- A place, and what a failed test shows ----------------------------------------


@pytest.fixture
def tmp_path():
    """Short, since the path of a Unix socket has 107 characters at most; it ends with the test."""
    with contextlib.ExitStack() as stack:
        path = tempfile.mkdtemp(prefix="e2e-")
        stack.callback(shutil.rmtree, path, ignore_errors=True)
        yield pathlib.Path(path)


@pytest.fixture(scope="session")
def worker_path():
    """For what this worker makes once."""
    path = tempfile.mkdtemp(prefix="e2e-")
    yield pathlib.Path(path)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def cleanup():
    """`cleanup.callback(function, ...)` is done at the end, the last one first."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def evidence(request):
    """A list of (TITLE, FUNCTION); a failed test shows what the functions return."""
    return request.node.stash.setdefault(EVIDENCE, [])


@pytest.fixture
def attempts(request):
    return Attempts(request.node.user_properties)


# --- Redis -----------------------------------------------------------------------


@pytest.fixture(scope="session")
def worker_redis(worker_path):
    """The redis-server of this worker, for tests that do not change its settings."""
    server = RedisServer(worker_path, options=["--proto-max-bulk-len", "2gb"]).start()
    yield server
    server.stop()


@pytest.fixture
def start_redis(tmp_path, cleanup):
    """Starts a redis-server of the test's own."""
    count = 0

    def start(**options):
        nonlocal count
        count += 1
        place = tmp_path / f"redis-{count}"
        place.mkdir()
        server = RedisServer(place, **options)
        cleanup.callback(lambda: server.process and server.stop())
        return server.start()

    return start


@pytest.fixture
def redis(request):
    """The Redis that the test is about, empty: the worker's, or the test's own by @own_redis."""
    marker = request.node.get_closest_marker("own_redis")
    if marker:
        return request.getfixturevalue("start_redis")(**marker.kwargs)
    server = request.getfixturevalue("worker_redis")
    with server.client() as client:
        client.flushall()
    return server


@pytest.fixture
def client(redis):
    with redis.client() as client:
        yield client


@pytest.fixture
def redis_url(redis):
    """Where programs are told that Redis is, unless a test says something else."""
    return redis.url


@pytest.fixture
def document(redis):
    """document(SERVICE): what Redis holds at this moment; {} for nothing."""
    return redis.document


# --- Programs ----------------------------------------------------------------------


@pytest.fixture
def probe(request):
    """probe(ARGUMENT..., VARIABLE=VALUE...): runs healthprobe, with the URL of `redis`."""
    program = any_probe() if request.node.get_closest_marker("any_probe") else None

    def ask(*arguments, **variables):
        if "redis_url" not in variables:
            variables["redis_url"] = request.getfixturevalue("redis_url")
        return harness.probe.probe(*arguments, program=program, **variables)

    return ask


@pytest.fixture
def one_liner(redis_url):
    """one_liner(SERVICE): the exit status of the health check that the probe replaces."""
    return lambda service: harness.probe.one_liner(service, redis_url)


@pytest.fixture
def start_service(request, tmp_path, cleanup, evidence):
    """Starts a stand-in service; its output is shown when the test fails."""
    default_kind = PythonService if WRITER else Service

    def start(name, url=None, tag="", wrapper=(), kind=default_kind, **variables):
        url = url or request.getfixturevalue("redis_url")
        service = kind(name, url, tmp_path, tag, wrapper, **variables)
        service.start()
        cleanup.callback(service.clean_up)
        evidence.append((f"output of {name}{tag}", lambda: service.output[-1000:]))
        return service

    return start


@pytest.fixture
def wait_for_status(document):
    def wait(service, status, within=60.0):
        return wait_until(
            lambda: document(service).get("status") == status, within, f"{service} is {status}"
        )

    return wait


@pytest.fixture
def assert_healthy(probe, one_liner):
    def check(service):
        found = probe(service)
        assert found.found == (0, "healthy", "healthy"), found
        assert found.stderr == ""
        assert one_liner(service) == 0

    return check
