"""The library and the writer in Python do the same: the same calls at the same times give the same
judgements and the same documents."""

import json
import os
import subprocess
import sys

import pytest

SCENARIO = os.path.join(os.path.dirname(__file__), "scenario.py")


def run_scenario(implementation, *arguments):
    done = subprocess.run(
        [sys.executable, "-B", SCENARIO, *map(str, arguments)],
        env={**os.environ, "HEARTBEAT_IMPLEMENTATION": implementation},
        capture_output=True, text=True, timeout=250,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def assert_equal(*arguments):
    by_library, by_python = (run_scenario(name, *arguments) for name in ("library", "python"))
    assert len(by_library) > 20
    for ours, theirs in zip(by_library, by_python):
        assert ours == theirs or "this build speaks no TLS" in ours
    assert len(by_library) == len(by_python)


@pytest.mark.parametrize("seed", range(4))
def test_judgements(seed):
    assert_equal("judgements", seed)


def test_texts():
    assert_equal("texts")


def test_mistakes():
    assert_equal("mistakes")


def test_schedules():
    assert_equal("schedules")


def test_documents(tmp_path):
    """With their order. Only who wrote, and what the threads know of themselves, differs."""
    documents = []
    for implementation in ("library", "python"):
        lines = run_scenario(implementation, "documents", tmp_path / implementation)
        documents.append([json.loads(line, object_pairs_hook=list) for line in lines])
    by_library, by_python = documents
    assert len(by_library) == len(by_python) > 5
    for ours, theirs in zip(by_library, by_python):
        assert without_identity(ours) == without_identity(theirs)


def without_identity(document):
    members = dict(document)
    assert list(members)[:5] == ["status", "instance", "sequence", "interval_ms", "reason"]
    instance, writer = dict(members.pop("instance")), dict(members.pop("writer"))
    boot = dict(members.pop("boot"))
    members.pop("sequence")
    implementation = writer.pop("implementation", "library")
    assert implementation in ("library", "python")
    host = [instance[name] for name in ("host", "pid_namespace", "net_namespace")]
    return [*members.items()], [*instance], host, [*writer], [*boot], boot["id"]
