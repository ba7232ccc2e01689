"""The one-line reader of a health check reaches the right verdict on every kind of our documents."""

import json
import socket

import pytest

from harness.probe import one_liner_process
from harness.python_service import Script
from harness.waiting import wait_until

CODE = """
import os, time
from heartbeat import CRITICAL, WARNING, Heartbeat, Schedule, Status

def beat(service, *, marked=True, severity=CRITICAL, set_to=True, why="", report=None, during=None, **options):
    one = Heartbeat(service=service, interval=0.5, ttl=3600, start_grace=3600, **options)
    work, flag = one.activity("work"), one.flag("flag")
    one.check("work", CRITICAL, work.within(3600))
    one.check("flag", severity, flag.is_set(), **({"during": during} if during else {}))
    if marked:
        work.mark()
    flag.set(set_to, why)
    if report:
        one.report(Status[report[0].upper()], report[1])
    one.start()
    return one

beats = [
    beat("healthy"),
    beat("starting", marked=False),
    beat("degraded", severity=WARNING, set_to=False),
    beat("unhealthy", set_to=False),
    beat("reported-healthy", report=("healthy", 'it says "healthy"')),
    beat("reported-degraded", report=("degraded", "the queue is \\u00e9 \\U0001f600 long")),
    beat("reported-unhealthy", report=("unhealthy", "status: healthy")),
    beat("flag-reason", set_to=False, why='HTTP 403: {"status": "healthy"}'),
    beat("old-dates", during=Schedule("Mon-Sun 00:00-24:00 UTC", ["@" + os.environ["DATES"]])),
    beat("rival"),
    beat("by-host", instance="%h"),
    beat("worker", instance="1"),
    beat("worker", instance="2", set_to=False),
    beat("with-file", file=os.environ["BEATING"]),
    beat("stopped"),
    beat("worker", instance="3"),
    beat("stopped-with-file", file=os.environ["STOPPED"]),
]
time.sleep(1.2)
for one in beats[-3:]:
    one.stop()
print("ready", flush=True)
time.sleep(600)
"""
BY_HOST = f"by-host:{socket.gethostname()}"
HEALTHY = ("healthy", "reported-healthy", "worker:1", "with-file", BY_HOST)
OTHERS = {
    "starting": "starting", "degraded": "degraded", "unhealthy": "unhealthy", "stopped": "unhealthy",
    "reported-degraded": "degraded", "reported-unhealthy": "unhealthy", "worker:2": "unhealthy",
    "worker:3": "unhealthy", "stopped-with-file": "unhealthy",
    "flag-reason": "unhealthy", "old-dates": "degraded", "rival": "degraded",
}  # fmt: skip
RIVAL = """
from heartbeat import CRITICAL, Heartbeat
import time

one = Heartbeat(interval=0.5, ttl=3600)
flag = one.flag("flag")
one.check("flag", CRITICAL, flag.is_set())
flag.set(True)
one.start()
time.sleep(600)
"""


@pytest.mark.library_only
@pytest.mark.slow(15)
def test_the_one_liner_passes_what_is_healthy_and_nothing_else(
    start_service, redis_url, document, tmp_path
):
    files = {"BEATING": tmp_path / "beating.json", "STOPPED": tmp_path / "stopped.json"}
    dates = tmp_path / "dates"
    dates.write_text("# none\n")
    service = start_service("all", kind=Script, code=CODE, DATES=dates, **files)
    wait_until(lambda: "ready" in service.output, 60, "all beat")
    dates.unlink()
    start_service("rival", kind=Script, code=RIVAL)
    knowing = {}  # whether the writers of the same key know of each other, by the process

    def both_know():
        found = document("rival")
        knowing[found["instance"]["pid"]] = "rival" in found["writer"]
        return len(knowing) == 2 and all(knowing.values())

    wait_until(both_know, 60, "the rivals know of each other")
    expected = {**dict.fromkeys(HEALTHY, "healthy"), **OTHERS}
    wait_until(
        lambda: {name: document(name).get("status") for name in expected} == expected, 60, "each as it is"
    )
    assert "HTTP 403" in document("flag-reason")["reason"]
    assert "cannot read" in document("old-dates")["writer"]["dates_error"]
    assert {name: one_liner_process(name, redis_url) for name in expected} == {
        name: 0 if status == "healthy" else 1 for name, status in expected.items()
    }
    for path, status in zip(files.values(), ("healthy", "unhealthy")):
        with open(path) as file:
            found = json.load(file)
        assert found["status"] == status
