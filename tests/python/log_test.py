"""What a Heartbeat says about trouble with Redis and the file, and where."""

import logging
import subprocess
import sys
import time

import pytest

from heartbeat import CRITICAL, Heartbeat

NOWHERE = "unix:///nonexistent.sock"


def eventually(holds):
    until = time.monotonic() + 60
    while not holds() and time.monotonic() < until:
        time.sleep(0.01)
    return holds()


class Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)

    def wait_for(self, words):
        def found():
            return [record for record in list(self.records) if words in record.getMessage()]

        return eventually(found)[0]


@pytest.fixture
def listen(monkeypatch):
    """Takes all lines of a logger."""

    def lines_of(name):
        lines, logger = Lines(), logging.getLogger(name)
        monkeypatch.setattr(logger, "handlers", [lines])
        monkeypatch.setattr(logger, "propagate", False)
        monkeypatch.setattr(logger, "level", logging.DEBUG)
        logger.manager._clear_cache()
        return lines

    return lines_of


@pytest.fixture
def start():
    beats = []

    def started(**settings):
        beats.append(Heartbeat("s", redis_url=NOWHERE, stop_timeout=0.1, **settings))
        beats[-1].start()
        return beats[-1]

    yield started
    for beat in beats:
        beat.close()


def test_trouble_is_a_warning_of_the_logger_heartbeat(listen, start):
    lines = listen("heartbeat")
    start()
    record = lines.wait_for("nonexistent.sock")
    assert (record.levelno, record.name) == (logging.WARNING, "heartbeat")


def test_that_it_is_over_is_an_info(listen, start, tmp_path):
    lines, file = listen("heartbeat"), tmp_path / "later" / "s.json"
    start(file=file, interval=0.1, ttl=10)
    assert lines.wait_for("cannot write").levelno == logging.WARNING
    file.parent.mkdir()
    assert lines.wait_for(f"writes {file} again").levelno == logging.INFO


@pytest.mark.parametrize("where", ["file", "redis"])
def test_changes_of_the_status_are_told_if_asked(listen, start, tmp_path, where):
    lines = listen("heartbeat")
    settings = {"file": tmp_path / "s.json"} if where == "file" else {"redis_url": NOWHERE}
    with Heartbeat("s", log_changes=True, interval=0.1, ttl=10,
                   **{"redis_url": "none", **settings}) as beat:  # fmt: skip
        link = beat.flag("link")
        beat.check("link", CRITICAL, link.is_set())
        beat.start()
        assert lines.wait_for("s is starting: ").levelno == logging.INFO
        link.set(False, "HTTP 403")
        assert lines.wait_for("s is unhealthy: link").levelno == logging.WARNING
        link.set(True)
        assert lines.wait_for("s is healthy: ").levelno == logging.INFO
        assert "(was unhealthy for " in lines.wait_for("s is healthy: ").getMessage()


def test_changes_of_the_status_are_not_told_unasked(listen, start, tmp_path):
    lines, file = listen("heartbeat"), tmp_path / "s.json"
    start(file=file, interval=0.1, ttl=10)
    assert eventually(file.exists)
    lines.wait_for("nonexistent.sock")
    assert not [record for record in lines.records if " is starting" in record.getMessage()]


def test_another_logger(listen, start):
    lines, others = listen("mine"), listen("heartbeat")
    start(log=logging.getLogger("mine"))
    lines.wait_for("nonexistent.sock")
    assert others.records == []


def test_a_function(start):
    lines = []
    start(log=lines.append)
    assert eventually(lambda: lines)
    assert "nonexistent.sock" in lines[0]


def test_none_is_silence(listen, start):
    lines = listen("heartbeat")
    beat = start(log=None)
    assert eventually(lambda: beat.writer().failed_writes)
    beat.close()
    assert lines.records == []


@pytest.mark.parametrize("log", ["heartbeat", True])
def test_what_is_no_log_is_refused(log):
    with pytest.raises(TypeError, match="log is a logging.Logger, a function or None, not a "):
        Heartbeat("s", log=log)


def run_until_it_failed(code=""):
    done = subprocess.run(
        [sys.executable, "-B", "-c",
         f"import heartbeat, logging, time\n{code}\n"
         f"with heartbeat.Heartbeat('s', redis_url='{NOWHERE}') as beat:\n"
         "    beat.start()\n"
         "    while not beat.writer().failed_writes: time.sleep(0.01)\n"],
        capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return done.stderr


def test_a_service_without_logging_sees_warnings_as_python_shows_them():
    (line,) = set(run_until_it_failed().splitlines())
    assert line.startswith("heartbeat: ") and "nonexistent.sock" in line


def test_the_configuration_of_the_service_decides():
    assert run_until_it_failed("logging.getLogger('heartbeat').setLevel(logging.ERROR)") == ""
