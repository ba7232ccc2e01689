"""The fixtures of the end-to-end tests, the order of the tests, and which skips are failures."""

import collections
import os
import sys

import pytest

sys.dont_write_bytecode = True
pytest.register_assert_rewrite("harness")

import harness.attempts  # noqa: E402
from harness.skips import is_refused  # noqa: E402

EVIDENCE = pytest.StashKey()
WINDOW_LIMIT = 900  # seconds for a test that waits for five minutes

# --- The run -------------------------------------------------------------------


def pytest_xdist_auto_num_workers():
    """`-n auto`: tests mostly wait, so more of them than processors at once.

    But not so many of the sanitized ones that their limits pass unseen.
    """
    return (3 if "E2E_SANITIZED" in os.environ else 6) * len(os.sched_getaffinity(0))


def seconds_of(item):
    marker = item.get_closest_marker("slow")
    # The tests that are still unittest's say it by a decorator.
    return marker.args[0] if marker else getattr(item.function, "seconds", 0)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """The slowest first, or the whole run would wait for one that began last."""
    for item in items:
        if (topic := getattr(item.cls, "topic", "")) in ("empty image", "other system"):
            item.add_marker(topic.replace(" ", "_"))
    items.sort(key=seconds_of, reverse=True)
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))
    if len(items) > 2 * workers:
        # A worker is given two tests at first: one of the slowest, and behind it one of the quickest.
        items[workers:] = items[-workers:] + items[workers:-workers]
    for item in items:
        if getattr(item.function, "patient", False):
            item.add_marker(pytest.mark.patient)
        if item.get_closest_marker("patient"):
            item.add_marker(pytest.mark.timeout(WINDOW_LIMIT))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.skipped and is_refused(reason := str(call.excinfo.value)):
        report.outcome = "failed"
        report.longrepr = f"a skip is a failure here (CI=true): {reason}"
    if report.failed:
        report.sections += [(title, text()) for title, text in item.stash.get(EVIDENCE, [])]


def pytest_terminal_summary(terminalreporter):
    skips = collections.Counter(report.longrepr[2] for report in terminalreporter.getreports("skipped"))
    terminalreporter.section(f"skipped: {skips.total()}")
    for reason, count in skips.most_common():
        terminalreporter.line(f"{count} x {reason.removeprefix('Skipped: ')}")
    reports = [report for name in ("passed", "failed") for report in terminalreporter.getreports(name)]
    counts = harness.attempts.summary(reports)
    terminalreporter.section(f"measured again: {counts.total()}")
    for test, count in counts.most_common():
        terminalreporter.line(f"{count} x {test}")
