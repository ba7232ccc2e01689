"""Forked children, as of gunicorn --preload, Celery's prefork pool and RQ: their marks count."""

import json
import multiprocessing
import os
import subprocess
import sys
import time

import pytest

from heartbeat import CRITICAL, WARNING, Heartbeat

PRELOADED = """
import os, time
from heartbeat import *
beat = Heartbeat(service="s", redis_url="none", file="FILE", stop_timeout=60)
flag = beat.flag("f")
beat.check("flag", CRITICAL, flag.is_set())
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "s.json"


@pytest.fixture
def beat(file):
    with Heartbeat("s", redis_url="none", file=file, interval=3600, ttl=7200, stop_timeout=60) as beat:
        yield beat


def wait_for(file, holds):
    """The first document that holds; the last one after 60 s."""
    until = time.monotonic() + 60
    while True:
        document = json.loads(file.read_text("utf-8")) if file.exists() else {}
        if time.monotonic() > until or (document and holds(document)):
            return document
        time.sleep(0.01)


def run_preloaded(code, file):
    """In an interpreter of its own, which has no thread yet."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", PRELOADED.replace("FILE", str(file)) + code],
        capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.library_only
def test_requests_of_workers_are_those_of_the_service(beat, file):
    requests, failures = beat.activity("requests"), beat.errors("failures")
    database = beat.flag("database")
    beat.check("requests", CRITICAL, requests.within(60))
    beat.check("failures", WARNING, failures.count(60) < 3)
    beat.check("database", CRITICAL, database.is_set())
    beat.start()
    for _ in range(3):
        child = os.fork()
        if child == 0:
            requests.mark(2)
            failures.mark()
            database.set(False, "HTTP 500")
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    document = wait_for(file, lambda d: d["checks"]["failures"]["state"] == "fail")
    assert document["instance"]["pid"] == os.getpid()
    assert document["processed_count"] == 6
    assert document["checks"]["requests"]["state"] == "pass"
    assert document["checks"]["database"]["output"] == "HTTP 500"


@pytest.mark.library_only
def test_a_pool_of_multiprocessing_marks(beat, file):
    jobs = beat.activity("jobs")
    beat.check("jobs_done", CRITICAL, jobs.count(60) >= 14)
    beat.start()
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=jobs.mark, args=(7,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert wait_for(file, lambda d: d["status"] == "healthy")["processed_count"] == 14


def test_a_worker_starts_what_its_master_only_declared(file):
    code = (
        "if os.fork() == 0:\n"
        "    beat.start(); beat.start(); flag.set(True)\n"
        "    while beat.judge().status != Status.HEALTHY: time.sleep(0.01)\n"
        "    beat.close(); os._exit(0)\n"
        "assert os.wait()[1] == 0 and flag.value is None\n"
    )
    run_preloaded(code, file)
    assert json.loads(file.read_text("utf-8"))["reason"] == "stopped"


def test_a_worker_cannot_start_what_its_master_has_started(file):
    code = (
        "beat.start()\n"
        "if os.fork() == 0:\n"
        "    try: beat.start()\n"
        "    except HeartbeatError as error: os._exit(0 if 'parent' in str(error) else 1)\n"
        "    os._exit(2)\n"
        "assert os.wait()[1] == 0\n"
    )
    run_preloaded(code, file)
