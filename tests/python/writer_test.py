"""The writer's condition, the sequence and the instance's name, without Redis."""

import datetime
import json
import os
import time

import pytest

from heartbeat import CRITICAL, ClosedError, ConfigError, Heartbeat, Schedule, Status, Writer

NOWHERE = "unix:///nonexistent/redis.sock"


def eventually(holds):
    until = time.monotonic() + 60
    while not holds() and time.monotonic() < until:
        time.sleep(0.01)
    return holds()


def test_a_beat_that_was_not_started_has_nothing_to_tell():
    with Heartbeat("s", redis_url=NOWHERE) as beat:
        assert beat.writer() == Writer(0, 0, 0, 0, "", 0, 0, 0, 0, "", "", "", "")
        assert beat.sequence() == 0


def test_failed_writes_are_counted_and_explained():
    with Heartbeat("s", redis_url=NOWHERE, file="/nonexistent/s.json") as beat:
        beat.start()
        assert eventually(lambda: beat.writer().failed_writes > 1)
        assert eventually(lambda: beat.writer().file_error)
        writer = beat.writer()
        assert "/nonexistent/redis.sock" in writer.last_error
        assert "cannot write /nonexistent/s.json" in writer.file_error
        assert (writer.reconnects, writer.vanished, writer.rival) == (0, 0, "")
        assert isinstance(writer.last_write, float)
        assert beat.sequence() >= writer.failed_writes
        beat.stop()
        assert beat.writer().failed_writes > 1
    for closed in (beat.writer, beat.sequence):
        with pytest.raises(ClosedError):
            closed()


@pytest.mark.library_only
def test_a_file_of_dates_is_read_again(tmp_path, caplog):
    file = tmp_path / "days"
    file.write_text("# none\n")
    today = datetime.datetime.now(datetime.timezone.utc).date()
    days = [today + datetime.timedelta(days=n) for n in (0, 1)]  # also at midnight
    caplog.set_level("INFO", "heartbeat")
    with Heartbeat("s", redis_url=NOWHERE, interval=0.1, ttl=10) as beat:
        flag = beat.flag("f")
        always = Schedule("Mon-Sun 00:00-24:00 UTC", [f"@{file}"])
        beat.check("up", CRITICAL, flag.is_set(), during=always)
        flag.set(False)
        beat.start()
        assert beat.judge().status == Status.UNHEALTHY
        file.write_text("\n".join(map(str, days)))
        assert eventually(lambda: beat.judge().status == Status.HEALTHY)
        file.unlink()
        assert eventually(lambda: beat.writer().dates_error)
        assert f"cannot read {file}: No such file" in beat.writer().dates_error
        assert beat.judge().status == Status.HEALTHY
        file.write_text("# none\n")
        assert eventually(lambda: "1 waiting" in beat.judge().reason)  # it has just opened
        assert eventually(lambda: not beat.writer().dates_error)
        assert eventually(lambda: "reads the dates again" in caplog.text)
    (old,) = [record for record in caplog.records if "the dates are old" in record.message]
    assert old.levelname == "WARNING"


def test_a_forked_child_has_nothing_to_tell():
    beat = Heartbeat("s", redis_url=NOWHERE)
    beat.start()
    assert eventually(lambda: beat.writer().failed_writes > 0)
    child = os.fork()
    if child == 0:
        silent = beat.writer().failed_writes == 0 and beat.sequence() == 0
        os._exit(0 if silent else 1)
    assert os.waitpid(child, 0)[1] == 0
    beat.close()


def test_the_instance_is_in_the_document(tmp_path):
    file = tmp_path / "s.json"
    with Heartbeat("s", instance="2", redis_url=NOWHERE, file=file) as beat:
        beat.start()
        assert eventually(file.exists)
    assert json.loads(file.read_text("utf-8"))["instance"]["name"] == "2"


def test_an_instance_that_is_no_name_is_refused():
    with pytest.raises(ConfigError, match="instance name 'a:b'"):
        Heartbeat("s", instance="a:b", redis_url=NOWHERE)
