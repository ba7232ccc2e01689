"""The writer in Python, where it does not run the same code as the library: its pure parts with the
time as an argument, and what threads, signals and forks do to its locks."""

import json
import os
import signal
import socket
import sys
import threading
import time

import pytest

from heartbeat import CRITICAL, Clock, ConfigError, Heartbeat, Schedule
from heartbeat._python import Flag, mark
from heartbeat._python.document import read_writer_identity
from heartbeat._python.redis_config import captured, endpoint_from, source_of_none
from heartbeat._python.redis_error import RedisError
from heartbeat._python.redis_url import UrlError, parse_url
from heartbeat._python.resp import Deadline, SocketConnection
from heartbeat._python.rival import DuplicateWriterDetector, Observation
from heartbeat._python.write_loop import WriteSchedule
from heartbeat._python.writer_state import Lateness

MS = 1_000_000
SECOND = 1000 * MS

# --- What Redis says ---------------------------------------------------------------


def test_a_server_that_sends_byte_by_byte_has_no_more_time_than_one_that_is_silent(monkeypatch):
    redis, client = socket.socketpair()
    monkeypatch.setattr("heartbeat._python.resp.SocketConnection._connect", lambda *_: client)
    connection = SocketConnection(parse_url("unix:///redis.sock"), Deadline(1))
    now = 0.0

    def a_byte_later():
        nonlocal now
        redis.sendall(b"+")
        now += 0.1
        return now

    monkeypatch.setattr("heartbeat._python.resp.time.monotonic", a_byte_later)
    with redis, client, pytest.raises(RedisError, match="no answer to PING within 1s"):
        connection.ask([[b"PING"]], Deadline(1))


# --- When to write ----------------------------------------------------------------


def test_a_write_comes_every_interval_and_100_ms_after_a_change():
    schedule = WriteSchedule(10_000)
    assert schedule.due(False) == schedule.due(True) == 0
    schedule.succeeded(5 * SECOND)
    assert schedule.due(False) == 15 * SECOND
    assert schedule.due(True) == 5 * SECOND + 100 * MS


def test_pauses_after_failures_double_up_to_an_interval():
    schedule, pauses = WriteSchedule(1000), []
    for _ in range(6):
        schedule.failed(0, 1.0)
        pauses.append(schedule.due(True) // MS)
    assert pauses == [100, 200, 400, 800, 1000, 1000]
    schedule.failed(0, 0.0)
    assert schedule.due(False) == 500 * MS
    schedule.succeeded(SECOND)
    assert schedule.due(False) == 2 * SECOND


def test_a_beat_that_a_mistake_of_ours_prevents_is_logged_without_secrets(monkeypatch, tmp_path):
    def fail(document):
        raise ValueError("password=hunter2")

    monkeypatch.setattr("heartbeat._python.write_loop.encode", fail)
    lines, told = [], threading.Event()

    def log(line):
        lines.append(line)
        if "no beat" in line:
            told.set()

    with Heartbeat(service="a", redis_url="none", file=str(tmp_path / "a.json"), log=log) as beat:
        beat.flag("f")
        beat.start()
        assert told.wait(60)
    assert [line for line in lines if "no beat" in line] == ["heartbeat: no beat: ValueError: password=***"]


# --- How late it runs --------------------------------------------------------------


@pytest.mark.parametrize("late, beats", [(100 * MS, 0), (100 * MS + 1, 1)])
def test_a_beat_is_late_after_100_ms(late, beats):
    lateness = Lateness(10_000, 0)
    lateness.sleeps_until(SECOND)
    lateness.woke(SECOND + late, 0)
    assert lateness.describe()["late_beats"] == beats
    assert lateness.describe()["late_beats"] == beats
    lateness.beat_accepted()
    assert lateness.describe()["lateness"] == 0
    assert lateness.describe()["worst_lateness"] == 0.1


@pytest.mark.parametrize(
    "interval, late, lapse",
    [
        (3000, 3 * SECOND, ""),
        (3000, 3 * SECOND + 1, "the beat thread was not scheduled for 3s"),
        (100, 2 * SECOND, ""),  # a busy machine
        (100, 2 * SECOND + 1, "the beat thread was not scheduled for 2s"),
    ],
)
def test_a_stall_is_longer_than_an_interval(interval, late, lapse):
    lateness = Lateness(interval, 0)
    lateness.sleeps_until(0)
    lateness.woke(late, 0)
    assert lateness.describe()["lapse"] == lapse


def test_a_suspension_is_a_lapse():
    lateness = Lateness(10_000, 7 * SECOND)
    lateness.woke(0, 7 * SECOND + 9 * MS)  # two clocks are read one after the other
    assert lateness.describe()["suspended"] == 0
    lateness.woke(0, 3607 * SECOND)
    assert lateness.describe()["suspended"] == 3600
    assert lateness.describe()["lapse"] == "the machine was suspended for 1h"


# --- Who else writes ---------------------------------------------------------------


def beginning(pid, sequence, status="healthy", reason="ok"):
    document = {
        "status": status, "instance": {"host": "b1", "pid": pid, "id": f"id{pid}"},
        "sequence": sequence, "interval_ms": 10_000, "reason": reason, "service": "s",
    }  # fmt: skip
    return json.dumps(document).encode()


class Detector:
    """One that beats every 10 s."""

    def __init__(self):
        self.detector, self.now = DuplicateWriterDetector("id1", 10_000, 60_000), 0

    def find(self, found, unbroken=True):
        self.now += 10 * SECOND
        self.detector.observe(Observation(found, unbroken, self.now, self.now))
        return self.detector.rival()


def test_another_writer_is_one_that_has_replaced_a_beat():
    detector = Detector()
    assert detector.find(beginning(2, 5), unbroken=False) == ""  # a predecessor
    assert detector.find(beginning(1, 1)) == ""
    assert detector.find(beginning(2, 6)) == "host b1, pid 2"
    assert detector.find(beginning(3, 1)) == "host b1, pid 2 and 1 more"
    assert detector.find(beginning(3, 2, "unhealthy", "stopped")) == ""  # 2 is silent for 20 s
    assert detector.find(b"{}") == "an unknown writer"


def test_a_predecessor_whose_sequence_does_not_grow_is_none():
    detector = Detector()
    detector.find(beginning(2, 5), unbroken=False)
    assert detector.find(beginning(2, 5), unbroken=False) == ""
    assert detector.find(beginning(2, 6), unbroken=False) == "host b1, pid 2"


def test_a_key_that_cannot_have_expired_has_vanished():
    detector = Detector()
    detector.find(b"", unbroken=False)
    assert detector.detector.vanished == 0
    detector.find(b"")
    assert detector.detector.vanished == 1
    detector.now += 44 * SECOND  # nine tenths of the TTL
    detector.find(b"")
    assert detector.detector.vanished == 1


def test_a_document_that_is_cut_says_no_more_than_is_whole():
    whole = beginning(2, 12)
    for length in range(len(whole) + 1):
        identity = read_writer_identity(whole[:length])
        assert identity.instance in (None, {"host": "b1", "pid": 2, "id": "id2"})
        assert identity.sequence in (None, 12)
        assert identity.interval_ms in (None, 10_000)
    assert identity == ({"host": "b1", "pid": 2, "id": "id2"}, 12, 10_000, False)
    assert read_writer_identity(b'{"status": "healthy", "interval_ms": 0, "reason": ""}').farewell


@pytest.mark.parametrize("text", [b"", b"[]", b"x", b"\xff", b"{" * 100_000, b'{"status": NaN,'])
def test_what_is_no_document_has_no_writer(text):
    assert read_writer_identity(text) == (None, None, None, False)


# --- Where Redis is ----------------------------------------------------------------


def test_the_parts_of_a_url():
    endpoint = parse_url("rediss://us%40er:p%2Fw@[::1]:7,Redis/3?ssl_cert_reqs=none")
    assert endpoint.hosts == [("::1", 7), ("redis", 6379)]
    assert (endpoint.username, endpoint.password, endpoint.database) == ("us@er", "p/w", 3)
    assert endpoint.tls["verify"] == endpoint.tls["check_hostname"] == ""
    assert endpoint.where() == "[::1]:7,redis:6379"
    assert parse_url("unix://:x@/run/redis.sock?db=2").unix_path == "/run/redis.sock"


def test_a_message_shows_no_secret():
    endpoint = parse_url("redis://:p%2Fw@h")
    assert endpoint.redacted("as p/w or p%2Fw") == "as *** or ***"
    assert parse_url("redis://token@h").redacted("token") == "***"
    assert "token" not in parse_url("redis://token@h").login()
    endpoint.password = "\udcff"  # a byte that is no UTF-8, from a file
    assert endpoint.redacted("as \udcff or %FF") == "as *** or ***"
    for url in ("redis://user:secret", "redis://:a/secret@h", "redis://:a?secret@h"):
        with pytest.raises(UrlError) as caught:
            parse_url(url)
        assert "secret" not in str(caught.value)


def test_a_refused_login_says_whose_it_is_and_where_its_password_is_from():
    variables = {"REDIS_URL": "redis://writer@h", "REDIS_PASSWORD": "'x'"}
    login = endpoint_from("", captured(variables)).login()
    assert login == "AUTH as 'writer' with REDIS_PASSWORD, which is in quotes"
    assert parse_url("redis://:p@h").login() == "AUTH"


def test_variables_and_files(tmp_path):
    file = tmp_path / "password"
    file.write_bytes(b"\xef\xbb\xbfp w\r\n")
    variables = {"REDIS_URL": "redis://h\r", "REDIS_USERNAME": "\ufeffu", "REDIS_PASSWORD_FILE": str(file)}
    endpoint = endpoint_from("", captured(variables))
    assert (endpoint.hosts, endpoint.username, endpoint.password) == ([("h", 6379)], "u", "p w")
    assert endpoint_from("redis://:own@h", captured(variables)).password == "own"
    file.write_bytes(b"\n")
    with pytest.raises(UrlError, match="REDIS_PASSWORD_FILE: .* is empty"):
        endpoint_from("", captured(variables))


def test_none_is_a_redis_only_by_the_first_variable_that_is_set():
    assert source_of_none("none", {}) == "redis_url"
    assert source_of_none("", {"REDIS_URL": "none"}) == "REDIS_URL"
    assert source_of_none("", {"HEARTBEAT_REDIS_URL_FILE": "f", "REDIS_URL": "none"}) == ""


def test_sentinels_are_refused_with_the_way_out():
    with pytest.raises(ConfigError, match="redis_url: redis-sentinel:// .* libheartbeat.so"):
        Heartbeat("s", redis_url="redis-sentinel://a,b/main")


# --- Time zones --------------------------------------------------------------------


def test_python_3_8_needs_a_package(monkeypatch):
    for module in ("zoneinfo", "backports.zoneinfo"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigError, match="install backports.zoneinfo"):
        Schedule("Mon 09:00-10:00 Europe/Berlin")
    Schedule("Mon 09:00-10:00 UTC")


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Asia"])
def test_a_zone_that_is_none(name):
    with pytest.raises(ConfigError, match="unknown time zone"):
        Schedule(f"Mon 09:00-10:00 {name}")


# --- Locks -------------------------------------------------------------------------


@pytest.fixture
def ticks():
    with Heartbeat("s", redis_url="none", clock=Clock.stopped()) as beat:
        events = beat.activity("t")
        beat.check("ticks", CRITICAL, events.within(60))
        yield events._pointer


def test_a_signal_handler_may_mark_amid_a_mark(ticks):
    before = signal.signal(signal.SIGUSR1, lambda *_: mark(ticks))
    with ticks._guard.lock:
        signal.raise_signal(signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)
    assert ticks.total == 1


def test_a_child_marks_although_a_thread_held_the_lock_at_the_fork(ticks):
    held, forked = threading.Event(), threading.Event()

    def hold():
        with ticks._guard.lock:
            held.set()
            forked.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(60)
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        mark(ticks)
        os._exit(0)
    forked.set()
    thread.join()
    assert os.waitpid(child, 0)[1] == 0
    assert ticks.total == 0  # only the library shares marks


def test_a_flag_wakes_only_when_it_changes():
    class Guard:
        lock, wakes = threading.RLock(), 0

        def wake(self):
            self.wakes += 1

    guard = Guard()
    flag = Flag(guard)
    for value in (1, 1, 0, 0):
        flag.set(value)
    flag.set_false("HTTP 403")
    assert (guard.wakes, flag.reason) == (2, "HTTP 403")
