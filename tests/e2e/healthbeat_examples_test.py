"""The programs of docs/commands.md: each tells of its ticks, and the probe says so."""

import os
import shutil
import sys

import pytest

from harness.pages import PROJECT
from harness.process import binary
from harness.skips import NO_GO, NO_JAVA, needs, skip_unless
from harness.waiting import wait_until

EXAMPLES = PROJECT / "docs/examples"


def need(program):
    found = shutil.which(program)
    if program in ("go", "javac"):
        skip_unless(found, {"go": NO_GO, "javac": NO_JAVA}[program])
    needs(found, program)
    return found


@pytest.mark.any_probe
@pytest.mark.parametrize(
    "language, words",
    [
        ("sh", ["sh", "tell.sh"]),
        ("python", [sys.executable, "tell.py"]),
        ("ruby", ["ruby", "tell.rb"]),
        ("node", ["node", "tell.js"]),
        ("go", ["go", "run", "tell.go"]),
        ("javac", ["java", "Tell.java"]),
    ],
)
def test_a_program_tells_of_its_ticks(language, words, start_watched, probe, document, tmp_path):
    need(language if language != "python" else sys.executable)
    path = f"{os.path.dirname(binary('healthbeat'))}:{os.environ['PATH']}"
    start_watched(
        *("--rule", "ticks count 1m >= 3 critical"),
        command=words,
        cwd=EXAMPLES,
        variables={"PATH": path, "HOME": tmp_path, "GOCACHE": tmp_path / "go"},
    )
    wait_until(lambda: probe("job").exit == 0, 180, "three ticks are counted")
    assert "refused_messages" not in document("job")
