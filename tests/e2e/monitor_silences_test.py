"""healthprobe-monitor keeps quiet about silenced services, and tells what lasts longer."""

import re
import time

import pytest

from harness.process import any_probe

KEY = "health::silences"


@pytest.fixture
def silence(monitor, client):
    def one(name, seconds=600):
        client.delete(KEY)
        end = (time.time() + seconds) * 1000
        client.zadd(KEY, {f'{{"service":"{name}","by":"anna@laptop","reason":""}}': end})

    yield one
    client.delete(KEY)


def test_a_failure_in_a_silence_is_told_at_its_end_and_not_if_it_ended_before(monitor, silence):
    monitor.put("ingestion", "healthy")
    monitor.says(0)
    silence("ingestion")
    monitor.put("ingestion", "unhealthy", reason="old")
    monitor.says(1)
    monitor.put("ingestion", "healthy")
    monitor.says(0)
    monitor.put("ingestion", "unhealthy", reason="new")
    monitor.says(1)
    silence("ingestion", seconds=-1)
    monitor.says(1, "ingestion unhealthy [unhealthy]: new")
    monitor.says(1)


def test_what_was_told_before_a_silence_is_told_again_at_its_end(monitor, silence):
    monitor.put("ingestion", "unhealthy")
    monitor.says(1, "ingestion unhealthy [unhealthy]")
    silence("ingestion")
    monitor.says(1, options=("--remind", "1s"))
    monitor.says(1, options=("--by", "verdict"))
    silence("other")
    (line,) = monitor.says(1, "ingestion unhealthy [unhealthy]", options=("--by", "verdict"))
    assert re.search(r"\(was silenced \[unhealthy\] for \d+s\)$", line)


def test_the_recovery_of_what_was_told_is_told_in_a_silence(monitor, silence):
    monitor.put("ingestion", "unhealthy")
    monitor.says(1, "ingestion unhealthy [unhealthy]")
    silence("ingestion")
    monitor.says(1)
    monitor.put("ingestion", "healthy")
    monitor.says(0, "ingestion healthy [healthy]")
    monitor.says(0)


def test_a_silenced_replica_is_not_told_and_hides_no_other(monitor, silence, client):
    for number in "12":
        monitor.put(f"worker:{number}", "healthy")
        client.zadd("health::services", {f"worker:{number}": time.time()})
    monitor.says(0, of=("worker",))
    silence("worker:2")
    monitor.put("worker:2", "unhealthy")
    monitor.says(1, of=("worker",))
    monitor.put("worker:1", "degraded", reason="late")
    monitor.says(1, "worker degraded [degraded]: worker:1: late", of=("worker",))
    silence("worker")
    monitor.put("worker:1", "unhealthy")
    monitor.says(1, of=("worker",))


def test_a_healthprobe_that_knows_no_silences_silences_nothing(monitor, silence, tmp_path):
    silence("ingestion")
    monitor.put("ingestion", "unhealthy")
    program = tmp_path / "healthprobe"
    program.write_text(
        '#!/bin/sh\ncase $* in *--silences*) echo "unknown option" >&2; exit 1 ;; esac\n'
        f'exec {any_probe()} "$@"\n'
    )
    program.chmod(0o755)
    options = ("--healthprobe", str(program))
    monitor.says(1, "ingestion unhealthy [unhealthy]", options=options)
