"""HEARTBEAT_REDIS_URL=none: the library beats nowhere, or only into a file."""

import json
import time

import pytest

from heartbeat import CRITICAL, Heartbeat, Status

LINE = "HEARTBEAT_REDIS_URL is none"


def eventually(holds):
    until = time.monotonic() + 60
    while not holds() and time.monotonic() < until:
        time.sleep(0.01)
    return holds()


@pytest.fixture
def start(monkeypatch):
    monkeypatch.setenv("HEARTBEAT_REDIS_URL", "none")
    beats = []

    def started(**settings):
        lines = []
        beat = Heartbeat("s", stop_timeout=60, log=lines.append, **settings)
        beats.append(beat)
        flag = beat.flag("up")
        beat.check("up", CRITICAL, flag.is_set())
        beat.check("db", CRITICAL, beat.succeeds(lambda: True, every=0.01))
        flag.set(True)
        beat.start()
        return beat, flag, lines

    yield started
    for beat in beats:
        beat.close()


def test_all_but_writing_goes_on(start):
    beat, flag, lines = start()
    assert eventually(lambda: beat.judge().status == Status.HEALTHY)
    flag.set(False)
    assert beat.judge().status == Status.UNHEALTHY
    beat.start()
    assert eventually(lambda: lines)
    beat.close()
    beat.close()
    assert lines == [f"heartbeat: beats nowhere: {LINE}"]


def test_nothing_is_counted(start):
    beat, _, _ = start()
    assert eventually(lambda: beat.judge().status == Status.HEALTHY)
    writer = beat.writer()
    assert (writer.failed_writes, writer.reconnects, writer.last_error) == (0, 0, "")
    assert beat.sequence() == 0


def test_the_file_is_written_at_every_change(start, tmp_path):
    file = tmp_path / "s.json"

    def status():
        return json.loads(file.read_text())["status"] if file.exists() else None

    beat, flag, lines = start(file=file)
    assert eventually(lambda: status() == "healthy")
    flag.set(False)
    assert eventually(lambda: status() == "unhealthy")
    assert eventually(lambda: lines)
    beat.close()
    assert json.loads(file.read_text())["reason"] == "stopped"
    assert lines == [f"heartbeat: beats only into {file}: {LINE}"]


def test_the_argument_has_precedence(start):
    _, _, lines = start(redis_url="unix:///nonexistent.sock")
    assert eventually(lambda: lines)
    assert "nonexistent.sock" in lines[0]


def test_the_argument_may_be_none_too(start, monkeypatch):
    monkeypatch.setenv("HEARTBEAT_REDIS_URL", "unix:///nonexistent.sock")
    _, _, lines = start(redis_url="none")
    assert eventually(lambda: lines == ["heartbeat: beats nowhere: redis_url is none"])
