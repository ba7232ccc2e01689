"""Stacks side by side, on which the whole plan is carried out once; the tests then look at what was
recorded. TRADING_PAGE=1: beside each service runs its twin, whose health checks are written by hand,
and the tables of docs/trading.md are written anew."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import datetime
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from typing import Callable, Iterator

import pytest

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
TRADING = PROJECT / "compose/trading"
sys.path[:0] = [str(HERE), str(TRADING / "loopback")]

import report  # noqa: E402
from faults import faults  # noqa: E402
from plan import STACKS, Phases  # noqa: E402
from processes import free_ports  # noqa: E402
from stack import PYTHON, Service, Stack, services  # noqa: E402
from timeline import Result, Timeline  # noqa: E402
from watch import Look, Watch, cancelled, wait  # noqa: E402

BUILD = pathlib.Path(os.environ.get("HEALTHPROBE_BUILD", PROJECT / "build/quick"))
LOGS = PROJECT / "build/trading-logs"
BY_HAND = bool(os.environ.get("TRADING_PAGE"))
NIGHT, NIGHT_STACK = "night-ingestion", "no data"  # whose broker no fault touches


@dataclasses.dataclass
class Run:
    """What became of one stack."""

    timeline: Timeline
    until_healthy: dict[str, float]  # seconds from the start to the first healthy answer


@dataclasses.dataclass
class Record:
    runs: list[Run]
    night: list[Look]  # a closed market and a silent exchange
    night_by_hand: list[Look]
    by_hand: bool = BY_HAND

    @property
    def results(self) -> dict[str, Result]:
        return {fault: result for run in self.runs for fault, result in run.timeline.results.items()}

    @property
    def skipped(self) -> dict[str, str]:
        return {fault: why for run in self.runs for fault, why in run.timeline.skipped.items()}

    def false_alarms(self, by_hand: bool = False) -> list[tuple[str, Look]]:
        prefix, grace = ("hand-", 13) if by_hand else ("", 3)
        return [alarm for run in self.runs for alarm in run.timeline.false_alarms(prefix, grace)]


def pytest_configure() -> None:
    """So that what the tests have started ends in that case, too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def say(pytestconfig: pytest.Config) -> Callable[[str], None]:
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    began = time.monotonic()

    def say(text: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"trading: {time.monotonic() - began:4.0f} s  {text}", flush=True)

    return say


@contextlib.contextmanager
def a_stack(name: str) -> Iterator[Stack]:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="healthprobe-trading-"))
    folder.chmod(0o755)  # PostgreSQL may be another user
    stack = Stack(folder, BUILD)
    if BY_HAND:
        stack.services.update({twin(s).name: twin(s) for s in services() if has_twin(s)})
    try:
        yield stack
    finally:
        stack.down()
        shutil.rmtree(LOGS / name, ignore_errors=True)
        shutil.copytree(folder / "run", LOGS / name)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def stacks() -> Iterator[dict[str, Stack]]:
    with contextlib.ExitStack() as all_:
        yield {name: all_.enter_context(a_stack(name)) for name in STACKS}


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
    wait(lambda: subprocess.run(["curl", "-sf", "-X", "POST", url], capture_output=True).returncode == 0, 60)
    environment = {"HOLIDAYS_FILE": str(holidays), "KITE_URL": f"ws://127.0.0.1:{port}/kite"}
    ours = Service(NIGHT, TRADING / "after/ingestion.py", {**environment, "TICKS_QUEUE": "night"})
    for service in (ours, twin(ours)):
        stack.services[service.name] = service
        stack.start_service(service.name)


def healthy_watch(stack: Stack, say: Callable[[str], None]) -> Watch:
    """Starts everything, and waits until all services are healthy in both ways."""
    stack.up(say)
    names = [service.name for service in services()]
    watch = Watch(stack, names, [name for name in names if f"hand-{name}" in stack.services])
    assert wait(lambda: all(look is not None and look.healthy for look in map(watch.now, watch.looks)), 240), {
        name: watch.now(name) for name in watch.looks
    }
    return watch


def carry_out(name: str, stack: Stack, phases: Phases, say: Callable[[str], None]) -> Run:
    watch = healthy_watch(stack, lambda text: None)
    say(f"stack '{name}' is healthy")
    began = min(looks[0].at for looks in watch.looks.values())
    until_healthy = {}
    for service in watch.looks:
        look = watch.first(service, 0, lambda look: look.healthy)
        assert look is not None
        until_healthy[service] = look.at - began
    timeline = Timeline(stack, faults(stack), watch, say)
    timeline.run(phases)
    watch.stop()
    return Run(timeline, until_healthy)


def night(stack: Stack) -> tuple[list[Look], list[Look]]:
    """A minute and a half, without a limit on what the other stacks do."""
    wait(lambda: stack.processes.pid("healthboard") is not None, 300)  # all is started
    start_night(stack)
    watch = Watch(stack, [NIGHT], [NIGHT])
    wait(lambda: False, 95)
    watch.stop()
    return watch.looks[NIGHT], watch.looks[f"hand-{NIGHT}"]


@pytest.fixture(scope="session")
def record(stacks: dict[str, Stack], say: Callable[[str], None]) -> Record:
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = [pool.submit(carry_out, name, stacks[name], phases, say) for name, phases in STACKS.items()]
        at_night = pool.submit(night, stacks[NIGHT_STACK])
        try:
            record = Record([run.result() for run in runs], *at_night.result())
        except BaseException:
            cancelled.set()
            raise
    report.write(record, PROJECT / "build/trading.md", PROJECT / "docs/trading.md" if BY_HAND else None)
    return record
