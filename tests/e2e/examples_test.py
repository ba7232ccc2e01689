"""The programs and checks in docs/examples, run: each is healthy, and the probe says so."""

import subprocess
import sys

import pytest

from harness.pages import PROJECT
from harness.process import binary
from harness.python_service import Script, python_environment
from harness.service import Service
from harness.skips import needs, needs_fork
from harness.waiting import wait_until

try:
    import yaml
except ImportError:
    yaml = None

EXAMPLES = PROJECT / "docs/examples"
# Their databases, which answer.
HEAD = """
import contextlib, sys, types

class Answer:
    def execute(self, query): return self
    def fetchone(self): return (1,)

class Pool:
    async def fetchval(self, query): return 1

async def create_pool(dsn): return Pool()

sys.modules["psycopg"] = types.SimpleNamespace(
    connect=lambda dsn, connect_timeout: contextlib.nullcontext(Answer()))
sys.modules["asyncpg"] = types.SimpleNamespace(create_pool=create_pool)
"""
# A database that does not answer until the connection's own limit.
REFUSING = """
import time

def connect(dsn, connect_timeout):
    time.sleep(connect_timeout)
    raise OSError("Connection refused")

sys.modules["psycopg"].connect = connect
"""
# An hour of silence on a Tuesday, from this hour on in Kolkata, where their exchange is.
SILENCE = """
import datetime, os, time
import heartbeat

zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
clock = heartbeat.Clock.stopped(datetime.datetime(2026, 11, 24, int(os.environ["HOUR"]), tzinfo=zone))
made = []

class Heartbeat(heartbeat.Heartbeat):
    def __init__(self, **options):
        super().__init__(clock=clock, **options)
        made.append(self)

heartbeat.Heartbeat = Heartbeat
really_sleep = time.sleep

def sleep(seconds):
    clock.advance(3600)
    until = time.monotonic() + 15
    while "database" in made[0].judge().reason and time.monotonic() < until:
        really_sleep(0.01)  # until its test was called again
    print(made[0].judge().status)
    sys.exit()

time.sleep = sleep
"""


class Program(Service):
    def __init__(self, *arguments, program, **variables):
        super().__init__(*arguments, **variables)
        self.program = program

    @property
    def command(self):
        return [binary(self.program)]


@pytest.mark.any_probe
@pytest.mark.parametrize("program", ["example_cpp", "example_c"])
def test_a_program_beats_and_is_healthy(program, probe, start_service):
    start_service("ingestion", kind=Program, program=program)
    wait_until(lambda: probe("ingestion").exit == 0, 60, "it is healthy")


@pytest.mark.any_probe
@pytest.mark.parametrize(
    "file, service",
    [
        ("ingestion.py", "ingestion"),
        ("worker.py", "worker-1"),
        ("async_worker.py", "worker-1"),
        ("forked_workers.py", "api"),
    ],
)
def test_a_script_beats_and_is_healthy(file, service, probe, start_service):
    if file == "forked_workers.py":
        needs_fork()
    start_service(service, kind=Script, code=HEAD + (EXAMPLES / file).read_text())
    wait_until(lambda: probe(service).exit == 0, 60, "it is healthy")


@pytest.mark.slow(5)
def test_the_workers_test_of_its_database_fails_with_the_cause(document, start_service):
    code = HEAD + REFUSING + (EXAMPLES / "worker.py").read_text()
    start_service("worker-1", kind=Script, code=code)
    wait_until(lambda: document("worker-1").get("status") == "unhealthy", 60, "it is unhealthy")
    reason = document("worker-1")["reason"]
    assert "database_connection" in reason and "Connection refused" in reason


@pytest.mark.parametrize(
    "file, hour, status",
    [
        ("ingestion.py", 3, "healthy"),
        ("ingestion.py", 10, "unhealthy"),
        ("worker.py", 3, "healthy"),
        ("worker.py", 10, "degraded"),
    ],
)
def test_silence_while_the_exchange_sleeps_is_no_alarm(file, hour, status):
    done = subprocess.run(
        [sys.executable, "-B", "-c", HEAD + SILENCE + (EXAMPLES / file).read_text()],
        env=python_environment(HEARTBEAT_SERVICE="a", HEARTBEAT_REDIS_URL="none", HOUR=hour),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == f"{status}\n", done.stderr


@pytest.mark.any_probe
def test_a_service_without_the_library_is_judged_by_what_it_writes(
    probe, start_service, redis_url, tmp_path
):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    code = (EXAMPLES / "without_library.py").read_text()
    start_service("worker-1", kind=Script, code=code, REDIS_URL=redis_url, INBOX=inbox)
    wait_until(lambda: probe("worker-1").exit == 0, 60, "it is healthy")
    inbox.rmdir()
    wait_until(lambda: "no inbox" in probe("worker-1").text, 60, "it says what it lacks")


def test_the_compose_block_passes_the_service_that_shares_its_environment(
    probe, start_service, redis_url
):
    needs(yaml, "python3-yaml")
    (service,) = yaml.safe_load((EXAMPLES / "compose.yaml").read_text())["services"].values()
    kind, program, *arguments = service["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "healthprobe")
    assert set(service["environment"]) == {"REDIS_URL"}

    def check():  # in the container's environment, which names no other Redis
        return probe(*arguments, redis_url=None, REDIS_URL=redis_url)

    assert check().found == (1, "unhealthy", "missing")
    start_service("ingestion", HEARTBEAT_REDIS_URL=None, REDIS_URL=redis_url)
    wait_until(lambda: check().exit == 0, 60, "it is healthy")
