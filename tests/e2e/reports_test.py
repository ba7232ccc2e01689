"""What Nagios and Prometheus are told, by a real Redis, and by Prometheus's own checker."""

import os
import re
import shutil
import subprocess

import pytest

from harness.process import binary, clean_environment, spawn
from harness.skips import needs
from harness.values import document

CHECKS = {
    "ticks_received": {
        "severity": "critical", "state": "pass", "kind": "age",
        "value": 2.5, "comparison": "<", "limit": 60,
    },
    "websocket": {
        "severity": "warning", "state": "fail", "kind": "flag",
        "value": False, "comparison": "==", "limit": True,
    },
}  # fmt: skip
BEAT = document(ttl_ms=60_000, interval_ms=10_000, sequence=3, checks=CHECKS)


@pytest.fixture
def nagios(probe):
    """Exit status and first words."""

    def ask(*arguments, **variables):
        found = probe("-o", "nagios", *arguments, **variables)
        assert found.stderr == ""
        return found.exit, found.stdout.split(":")[0]

    return ask


@pytest.mark.parametrize(
    "status, expected",
    [
        ("healthy", (0, "HEALTHPROBE OK")),
        ("starting", (1, "HEALTHPROBE WARNING")),
        ("degraded", (1, "HEALTHPROBE WARNING")),
        ("unhealthy", (2, "HEALTHPROBE CRITICAL")),
    ],
)
def test_nagios_is_told_the_state_of_each_status(value, nagios, status, expected):
    value.put(document(status))
    assert nagios("ingestion") == expected


@pytest.mark.own_redis
def test_nagios_is_told_what_is_missing_misused_or_unreachable(value, nagios, redis):
    value.put(BEAT)
    assert nagios("ingestion", "nobody") == (2, "HEALTHPROBE CRITICAL")
    assert nagios("ingestion", "-t", "soon") == (3, "HEALTHPROBE UNKNOWN")
    assert nagios("ingestion", redis_url="nonsense") == (3, "HEALTHPROBE UNKNOWN")
    redis.stop()
    assert nagios("ingestion") == (2, "HEALTHPROBE CRITICAL")
    assert nagios("ingestion", "--on-redis-error", "pass") == (0, "HEALTHPROBE OK")


def test_nagios_gets_the_figures_with_their_thresholds(value, probe):
    value.put(BEAT)
    text, figures = probe("-o", "nagios", "ingestion").stdout.rstrip("\n").split(" | ")
    assert "ingestion healthy [healthy]" in text
    age, *checks = figures.split()
    assert re.search(r"^beat_age=[0-9.]+s;;30$", age)
    assert checks == ["ticks_received=2.5s;;60", "websocket=0;1:1;"]


@pytest.mark.surroundings
def test_the_checker_of_prometheus_finds_nothing_to_complain_of(value, probe):
    needs(shutil.which("promtool"), "promtool")
    value.put(BEAT)
    found = probe("-o", "prometheus", "ingestion", "nobody")
    assert (found.exit, found.stderr) == (1, "")
    assert 'healthprobe_healthy{health_service="ingestion"} 1\n' in found.stdout
    assert 'healthprobe_reason{health_service="nobody",reason="missing"} 1\n' in found.stdout
    checked = subprocess.run(
        ["promtool", "check", "metrics"],
        input=found.stdout, text=True, capture_output=True, timeout=60,
    )  # fmt: skip
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.own_redis
def test_the_file_of_a_collector_is_replaced_as_a_whole_also_when_redis_hangs(
    value, probe, redis, tmp_path
):
    path = tmp_path / "healthprobe.prom"
    arguments = ("ingestion", "-o", "prometheus", "--write", str(path))
    value.put(BEAT)
    found = probe(*arguments)
    assert (found.exit, found.stdout, found.stderr) == (0, "", "")
    assert 'healthprobe_healthy{health_service="ingestion"} 1\n' in path.read_text("utf-8")

    redis.freeze()
    found = probe(*arguments, "-t", "500ms")
    redis.thaw()
    assert (found.exit, found.stdout, found.stderr) == (1, "", "")
    assert 'reason="timeout"} 1\n' in path.read_text("utf-8")
    assert [one.name for one in tmp_path.iterdir() if ".prom." in one.name] == []


def test_a_file_that_cannot_be_written_is_said_and_no_verdict_passes(value, probe, tmp_path):
    value.put(BEAT)
    path = f"{tmp_path}/no/such/folder/x.prom"
    found = probe("ingestion", "--write", path)
    assert (found.exit, found.stdout) == (1, "")
    assert found.stderr == f"healthprobe: cannot write {path}: No such file or directory\n"


def test_a_fifo_is_not_replaced_by_a_file(value, probe, tmp_path):
    value.put(BEAT)
    path = tmp_path / "fifo"
    os.mkfifo(path)
    found = probe("ingestion", "--write", str(path))
    assert (found.exit, found.stdout) == (1, "")
    assert found.stderr == f"healthprobe: cannot write {path}: Operation not supported\n"
    assert path.is_fifo()


@pytest.fixture
def run_with_small_pipe(redis_url):
    """Runs healthprobe with a long output; its standard output is a pipe that never blocks."""

    def run(reads):
        ends = os.pipe()
        os.set_blocking(ends[1], False)
        # As documents, 300 services are several times what the pipe holds.
        names = [f"s{number}" for number in range(300)]
        command = [binary("healthprobe"), "-t", "20s", "-o", "prometheus", *names]
        process = spawn(
            command, stdout=ends[1], stderr=subprocess.PIPE,
            env=clean_environment(HEARTBEAT_REDIS_URL=redis_url),
        )  # fmt: skip
        os.close(ends[1])
        with open(ends[0], encoding="utf-8") as pipe:
            text = pipe.read() if reads else ""
            said = process.communicate(timeout=60)[1].decode()
        return text, said, process.returncode

    return run


def test_a_pipe_that_takes_a_part_at_a_time_gets_all(client, run_with_small_pipe):
    for number in range(300):
        client.psetex(f"health:s{number}", 60_000, BEAT)
    text, said, status = run_with_small_pipe(reads=True)
    assert (said, status) == ("", 0)
    assert text.count("healthprobe_healthy{") == 300
    assert text.endswith("\n")


def test_a_pipe_that_takes_only_a_part_is_no_success(client, run_with_small_pipe):
    for number in range(300):
        client.psetex(f"health:s{number}", 60_000, BEAT)
    _, said, status = run_with_small_pipe(reads=False)
    assert (said, status) == (
        "healthprobe: cannot write the whole output: Connection timed out\n", 1,
    )  # fmt: skip
