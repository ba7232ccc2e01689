"""How heartbeat.py finds libheartbeat.so, and what it says when it does not."""

import os
import shutil
import subprocess
import sys

import pytest

import heartbeat

LIBRARY = os.environ["HEARTBEAT_LIBRARY"]


@pytest.fixture
def run_import(tmp_path):
    """Imports a copy of the module that lies in the test's folder."""
    shutil.copy(heartbeat.__file__, tmp_path)

    def run(**variables):
        kept = {name: os.environ[name] for name in ("LD_PRELOAD", "ASAN_OPTIONS")
                if name in os.environ}  # fmt: skip
        return subprocess.run(
            [sys.executable, "-B", "-c", "import heartbeat; print(heartbeat._path)"],
            env={**kept, **variables}, cwd=tmp_path, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    return run


def test_the_variable_decides(tmp_path, run_import):
    shutil.copy(LIBRARY, tmp_path / "libheartbeat.so.0")
    assert run_import(HEARTBEAT_LIBRARY=LIBRARY).stdout.strip() == LIBRARY


@pytest.mark.parametrize("name", ["libheartbeat.so", "libheartbeat.so.0"])
def test_the_library_is_found_beside_the_module(tmp_path, run_import, name):
    shutil.copy(LIBRARY, tmp_path / name)
    assert run_import().stdout.strip() == str(tmp_path / name)


def test_the_library_is_found_on_the_system(tmp_path, run_import):
    system = tmp_path / "system"
    system.mkdir()
    shutil.copy(LIBRARY, system / "libheartbeat.so.0")
    found = run_import(LD_LIBRARY_PATH=str(system))
    assert found.stdout.strip() == "libheartbeat.so.0", found.stderr


@pytest.mark.parametrize(
    "variables, says",
    [
        ({"HEARTBEAT_LIBRARY": "/nowhere.so"}, "HEARTBEAT_LIBRARY=/nowhere.so"),
        ({}, "beside {folder} and on the system"),
    ],
    ids=["by the variable", "anywhere"],
)
def test_a_library_that_is_not_found_is_a_clear_error(tmp_path, run_import, variables, says):
    last = run_import(**variables).stderr.strip().splitlines()[-1]
    assert "ImportError: heartbeat: no libheartbeat.so.0" in last
    assert says.format(folder=tmp_path) in last
