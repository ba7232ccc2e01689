"""The services as a reader sees them: what `after` adds to `before`, and their types."""

from __future__ import annotations

import difflib
import json
import pathlib
import subprocess
import sys

import pytest
from conftest import HERE, PROJECT, TRADING

from by_hand.health_status import HEALTHCHECK

PROGRAMS = sorted(path.name for path in (TRADING / "before").glob("*.py"))


def added(before: pathlib.Path, after: pathlib.Path) -> int:
    """How many lines; fails if one was changed or removed."""
    lines = list(difflib.ndiff(before.read_text().splitlines(), after.read_text().splitlines()))
    assert [line for line in lines if line.startswith("- ")] == []
    return sum(line.startswith("+ ") for line in lines)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_heartbeat_only_adds_lines(program: str):
    assert 10 <= added(TRADING / "before" / program, TRADING / "after" / program) <= 34


@pytest.mark.parametrize("program", [p for p in PROGRAMS if (HERE / "by_hand" / p).exists()])
def test_by_hand_too_only_adds_lines(program: str):
    assert added(TRADING / "before" / program, HERE / "by_hand" / program) > 10


@pytest.mark.parametrize("folder", ["before", "after", "stand_ins", "loopback"])
def test_types(folder: str):
    files = sorted(map(str, (TRADING / folder).glob("*.py")))
    command = ["mypy", "--config-file", str(TRADING / "mypy.ini"), "--cache-dir", str(PROJECT / "build/mypy"), "--python-executable", sys.executable]
    answer = subprocess.run([*command, *files], cwd=TRADING / folder, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("status, code", [("healthy", 0), ("unhealthy", 1), (None, 1)])
def test_the_line_of_a_health_check_by_hand(record, stacks, status: str | None, code: int):
    """The tests ask the key themselves, because a Python for every question would be too slow."""
    stack = next(iter(stacks.values()))
    name = f"by-line-{status}"
    if status:
        stack.redis.command("set", f"by-hand:{name}", json.dumps({"status": status}))
    environment = {"REDIS_URL": stack.redis.url, "HEARTBEAT_SERVICE": name, "PATH": "/usr/bin"}
    assert subprocess.run([sys.executable, "-c", HEALTHCHECK], env=environment, timeout=60).returncode == code
