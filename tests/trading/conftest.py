"""One stack for all tests, on which the whole plan is carried out once (9 minutes); the tests then
look at what was recorded."""

from __future__ import annotations

import dataclasses
import datetime
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from typing import Callable, Iterator

import pytest

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
TRADING = PROJECT / "compose/trading"
sys.path[:0] = [str(HERE), str(TRADING / "loopback")]

import report  # noqa: E402
from faults import faults  # noqa: E402
from processes import free_ports  # noqa: E402
from stack import PYTHON, Service, Stack, services  # noqa: E402
from timeline import Timeline  # noqa: E402
from watch import Look, Watch, wait  # noqa: E402

BUILD = pathlib.Path(os.environ.get("HEALTHPROBE_BUILD", PROJECT / "build/quick"))
NIGHT = "night-ingestion"


@dataclasses.dataclass
class Record:
    timeline: Timeline
    night: list[Look]  # a closed market and a silent exchange
    night_by_hand: list[Look]
    until_healthy: dict[str, float]  # seconds from the start to the first healthy answer


@pytest.fixture(scope="session")
def say(pytestconfig: pytest.Config) -> Callable[[str], None]:
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    began = time.monotonic()

    def say(text: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"trading: {time.monotonic() - began:4.0f} s  {text}", flush=True)

    return say


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="healthprobe-trading-"))
    folder.chmod(0o755)  # PostgreSQL may be another user
    stack = Stack(folder, BUILD)
    stack.services.update({twin(s).name: twin(s) for s in services() if has_twin(s)})
    try:
        yield stack
    finally:
        stack.down()
        logs = PROJECT / "build/trading-logs"
        shutil.rmtree(logs, ignore_errors=True)
        shutil.copytree(folder / "run", logs)
        shutil.rmtree(folder)


def has_twin(service: Service) -> bool:
    return (HERE / "by_hand" / service.program.name).exists()


def twin(service: Service) -> Service:
    """The same service with its health checks written by hand: its own queue and channel, so that
    the two do not take each other's messages."""
    environment = {
        **service.environment, "HEARTBEAT_SERVICE": service.name, "TICKS_QUEUE": "hand-ticks",
        "SNAPSHOTS_CHANNEL": "hand:snapshots",
    }  # fmt: skip
    return Service(f"hand-{service.name}", HERE / "by_hand" / service.program.name, environment)


def start_night(stack: Stack) -> None:
    """An ingestion on a holiday, whose exchange is silent, in both ways."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    holidays = stack.folder / "night-holidays.txt"
    holidays.write_text("".join(f"{today + datetime.timedelta(day)}\n" for day in (-1, 0, 1)))
    port = free_ports(1)[0]
    stack.processes.start("night-exchange", [PYTHON, "-B", str(TRADING / "stand_ins/exchange.py"), "--port", str(port)])
    url = f"http://127.0.0.1:{port}/control/kite/silent"
    wait(lambda: subprocess.run(["curl", "-sf", "-X", "POST", url], capture_output=True).returncode == 0, 20)
    environment = {"HOLIDAYS_FILE": str(holidays), "KITE_URL": f"ws://127.0.0.1:{port}/kite"}
    ours = Service(NIGHT, TRADING / "after/ingestion.py", {**environment, "TICKS_QUEUE": "night"})
    for service in (ours, twin(ours)):
        stack.services[service.name] = service
        stack.start_service(service.name)


def healthy_watch(stack: Stack, say: Callable[[str], None]) -> Watch:
    """Starts everything, and waits until all services are healthy in both ways."""
    stack.up(say)
    names = [service.name for service in services()]
    watch = Watch(stack, names, [service.name for service in services() if has_twin(service)])
    assert wait(lambda: all(look is not None and look.healthy for look in map(watch.now, watch.looks)), 60), {
        name: watch.now(name) for name in watch.looks
    }
    return watch


@pytest.fixture(scope="session")
def record(stack: Stack, say: Callable[[str], None]) -> Iterator[Record]:
    watch = healthy_watch(stack, say)
    began = min(looks[0].at for looks in watch.looks.values())
    until_healthy = {}
    for name in watch.looks:
        look = watch.first(name, 0, lambda look: look.healthy)
        assert look is not None
        until_healthy[name] = look.at - began
    known = faults(stack)
    start_night(stack)
    at_night = Watch(stack, [NIGHT], [NIGHT])
    timeline = Timeline(stack, known, watch, say)
    timer = threading.Timer(95, at_night.stop)  # before the broker is touched
    timer.start()
    timeline.run()
    timer.join()
    watch.stop()
    for name in (NIGHT, f"hand-{NIGHT}", "night-exchange"):
        stack.processes.stop(name)
    record = Record(timeline, at_night.looks[NIGHT], at_night.looks[f"hand-{NIGHT}"], until_healthy)
    page = PROJECT / "docs/trading.md" if os.environ.get("TRADING_PAGE") else None
    report.write(record, PROJECT / "build/trading.md", page)
    yield record
