"""Zones that the system does not have come from Python's package tzdata."""

import os
import shutil
import subprocess
import sys

import pytest

ZONES = "/usr/share/zoneinfo"
# In a process of its own, since the package is looked for once.
SCRIPT = """
import datetime, sys
from heartbeat import ConfigError, Schedule
now = datetime.datetime(2026, 11, 23, tzinfo=datetime.timezone.utc)
try:
    print(Schedule("Mon 09:15-15:30 " + sys.argv[1]).at(now).changes.isoformat())
except ConfigError as error:
    print(error)
"""
IN_KOLKATA = "2026-11-23T03:45:00+00:00\n"
IN_TOKYO = "2026-11-23T00:15:00+00:00\n"


@pytest.fixture
def tzdata(tmp_path):
    """A folder with the package. Its Mars/Olympus is Kolkata, and so is its Asia/Tokyo."""
    for folder in ("", "zoneinfo", "zoneinfo/Mars", "zoneinfo/Asia"):
        (tmp_path / "tzdata" / folder).mkdir()
        (tmp_path / "tzdata" / folder / "__init__.py").touch()
    for name in ("Mars/Olympus", "Asia/Tokyo"):
        shutil.copy(f"{ZONES}/Asia/Kolkata", tmp_path / "tzdata/zoneinfo" / name)
    return tmp_path


def opening(zone, *folders):
    """When the session in this zone opens, or why there is none; the folders come first."""
    path = os.pathsep.join([*map(str, folders), os.environ["PYTHONPATH"]])
    done = subprocess.run(
        [sys.executable, "-B", "-c", SCRIPT, zone],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_zone_that_the_system_does_not_have_comes_from_the_package(tzdata):
    assert opening("Mars/Olympus", tzdata) == IN_KOLKATA


def test_without_the_package_it_is_unknown():
    assert "unknown time zone 'Mars/Olympus'" in opening("Mars/Olympus")
    assert "tzdata installed?" in opening("Mars/Olympus")


def test_the_zones_of_the_system_come_first(tzdata):
    assert opening("Asia/Tokyo", tzdata) == opening("Asia/Tokyo") == IN_TOKYO
