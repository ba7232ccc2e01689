"""The Python package on a stopped clock: every kind of check, and every mistake."""

import datetime
import gc
import json
import weakref

import pytest

import heartbeat
from heartbeat import (
    CRITICAL, WARNING, Clock, ClosedError, ConfigError, Heartbeat, Schedule, Severity, Status,
)  # fmt: skip

# Monday, 23 November 2026, in Kolkata (UTC+5:30).
IST = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
OPENS = datetime.datetime(2026, 11, 23, 9, 15, tzinfo=IST)
HOURS = "Mon-Fri 09:15-15:30 Asia/Kolkata"
NOWHERE = "unix:///nonexistent.sock"


@pytest.fixture
def clock():
    return Clock.stopped(None)


@pytest.fixture
def beat(clock):
    return Heartbeat(service="simulated", clock=clock)


def status_of(beat):
    return beat.judge().status


def reason_of(beat):
    return beat.judge().reason


# --- Rules ------------------------------------------------------------------------


def test_nothing_is_never_healthy(beat):
    assert status_of(beat) == Status.STARTING
    assert str(status_of(beat)) == "starting"


def test_a_flag(beat):
    flag = beat.flag("f")
    beat.check("up", CRITICAL, flag.is_set())
    assert flag.value is None
    assert status_of(beat) == Status.STARTING
    flag.set(True)
    assert flag.value is True
    assert status_of(beat) == Status.HEALTHY
    flag.set(False)
    assert flag.value is False
    assert status_of(beat) == Status.UNHEALTHY


def test_within_at_both_sides(beat, clock):
    ticks = beat.activity("t")
    beat.check("ticks_received", CRITICAL, ticks.within(60))
    ticks.mark()
    assert status_of(beat) == Status.HEALTHY
    clock.advance(59.999)
    assert status_of(beat) == Status.HEALTHY
    clock.advance(0.001)
    assert status_of(beat) == Status.UNHEALTHY


def test_an_exact_count(beat, clock):
    failed = beat.errors("failed")
    beat.check("batch_flush", WARNING, failed.count(datetime.timedelta(hours=1)) < 5)
    failed.mark(4)
    assert status_of(beat) == Status.HEALTHY
    failed.mark()
    assert failed.total == 5
    assert reason_of(beat) == "batch_flush 5 in 1h, limit <5 (warning, clears in 1h)"
    clock.advance(3599.999)
    assert status_of(beat) == Status.DEGRADED
    clock.advance(0.001)
    assert status_of(beat) == Status.HEALTHY


COMPARISONS = {
    "<": (lambda x: x < 2, (1,), (2, 3)),
    "<=": (lambda x: x <= 2, (1, 2), (3,)),
    ">": (lambda x: x > 2, (3,), (1, 2)),
    ">=": (lambda x: x >= 2, (2, 3), (1,)),
    "==": (lambda x: x == 2, (2,), (1, 3)),
    "!=": (lambda x: x != 2, (1, 3), (2,)),
    "reflected": (lambda x: 2 > x, (1,), (2, 3)),
}


@pytest.mark.parametrize("value", [1, 2, 3])
@pytest.mark.parametrize("name", COMPARISONS)
def test_every_comparison(beat, clock, name, value):
    compare, passing, failing = COMPARISONS[name]
    assert sorted(passing + failing) == [1, 2, 3]
    gauge, events = beat.gauge("g"), beat.activity("e")
    beat.check("gauge", WARNING, compare(gauge))
    beat.check("count", WARNING, compare(events.count(10)))
    if name not in ("==", "!="):
        beat.check("rate", WARNING, compare(events.rate(1)))
    gauge.set(value)
    events.mark(value)
    clock.advance(0.9)
    expected = Status.HEALTHY if value in passing else Status.DEGRADED
    assert status_of(beat) == expected, reason_of(beat)


def test_a_gauge(beat):
    gauge = beat.gauge("g")
    gauge.set(3)
    gauge.add(-1.5)
    assert gauge.value == 1.5
    assert len({gauge, beat.gauge("g")}) == 2


def test_a_report(beat):
    beat.report(Status.HEALTHY)
    assert status_of(beat) == Status.HEALTHY
    beat.report(Status.DEGRADED, "disk\nfull")
    assert beat.judge() == (Status.DEGRADED, "disk\\nfull")


def test_a_test_waits_to_be_asked(beat):
    beat.check("db", CRITICAL, beat.succeeds(lambda: True))
    assert status_of(beat) == Status.STARTING


# --- Schedules --------------------------------------------------------------------


def test_a_check_counts_only_inside_its_schedule():
    clock = Clock.stopped(OPENS - datetime.timedelta(seconds=60))
    beat = Heartbeat(service="simulated", clock=clock)
    flag = beat.flag("f")
    holiday = Schedule(HOURS, [OPENS.date()])
    beat.check("inside", WARNING, flag.is_set(), during=Schedule(HOURS))
    beat.check("holiday", CRITICAL, flag.is_set(), during=holiday)
    flag.set(False)
    assert reason_of(beat) == "0 checks pass, 2 suppressed"
    clock.advance(59.999)
    assert reason_of(beat) == "0 checks pass, 2 suppressed"
    clock.advance(0.001)
    assert reason_of(beat) == "0 checks pass, 1 waiting, 1 suppressed"
    clock.advance(60)  # the grace after an opening
    assert status_of(beat) == Status.DEGRADED


def test_a_schedule_tells_the_moment_of_its_next_change():
    hours = Schedule(HOURS, ["2026-11-24"])
    assert hours.at(OPENS)[:2] == (True, OPENS)
    before = hours.at(OPENS - datetime.timedelta(microseconds=1))
    assert (before.open, before.changes) == (False, OPENS)
    assert not hours.at(OPENS + datetime.timedelta(days=1)).open
    always = Schedule("Mon-Sun 00:00-24:00 UTC")
    assert always.at() == (True, None, None)
    with pytest.raises(ConfigError, match="time zone"):
        hours.at(datetime.datetime(2026, 11, 23))


@pytest.mark.library_only
def test_dates_come_from_a_file_too(tmp_path):
    file = tmp_path / "nse.dates"
    file.write_bytes(b"\xef\xbb\xbf# NSE\r\n2026-11-24 18:15-19:15\r\n")
    hours = Schedule(HOURS, [OPENS.date(), f"@{file}"])
    assert not hours.at(OPENS).open
    assert not hours.at(OPENS + datetime.timedelta(days=1)).open
    assert hours.at(OPENS + datetime.timedelta(days=1, hours=9)).open
    file.write_text("2026-11-24\n2026-11-31\n")
    with pytest.raises(ConfigError, match=f"': {file}, line 2: '2026-11-31' does not begin with a date"):
        Schedule(HOURS, [f"@{file}"])


@pytest.mark.parametrize(
    "error, words, arguments",
    [
        (ConfigError, "Mars/Olympus", ("Mon-Fri 09:15-15:30 Mars/Olympus",)),
        (ConfigError, "2026-02-30", (HOURS, ["2026-02-30"])),
        (ConfigError, "/no/such", (HOURS, ["@/no/such"])),
        (TypeError, "", (HOURS, "2026-01-26")),
    ],
    ids=["zone", "date", "file", "dates that are a text"],
)
def test_a_schedule_that_cannot_be_is_refused(error, words, arguments):
    with pytest.raises(error, match=words):
        Schedule(*arguments)


# --- Mistakes ---------------------------------------------------------------------

# What is refused as a condition, of a Heartbeat and its sources.
CONDITIONS = [
    (TypeError, "not True", lambda beat, flag, ticks, gauge: True),
    (TypeError, "not <Flag 'f'>", lambda beat, flag, ticks, gauge: flag),
    (TypeError, "not False", lambda beat, flag, ticks, gauge: ticks.rate(1) == 0),
    (TypeError, "no truth value", lambda beat, flag, ticks, gauge: 0 < gauge < 10),
    (ConfigError, "another Heartbeat",
     lambda beat, flag, ticks, gauge: Heartbeat(service="other").flag("f").is_set()),
    (ConfigError, "0s is not positive", lambda beat, flag, ticks, gauge: ticks.within(0)),
    (ConfigError, "nan", lambda beat, flag, ticks, gauge: ticks.within(float("nan"))),
    (ConfigError, "100 years", lambda beat, flag, ticks, gauge: ticks.within(1e300)),
    (ConfigError, "-1", lambda beat, flag, ticks, gauge: ticks.count(1) == -1),
    (ConfigError, "never change", lambda beat, flag, ticks, gauge: ticks.count(1) < 0),
    (TypeError, "float", lambda beat, flag, ticks, gauge: ticks.count(1) == 0.5),
    (ConfigError, "not a number", lambda beat, flag, ticks, gauge: gauge < float("nan")),
    (ConfigError, "always or never",
     lambda beat, flag, ticks, gauge: ticks.rate(1) < float("inf")),
    (ConfigError, "positive", lambda beat, flag, ticks, gauge: beat.succeeds(bool, every=0)),
    (ConfigError, "positive", lambda beat, flag, ticks, gauge: beat.succeeds(bool, limit=0)),
    (TypeError, "called", lambda beat, flag, ticks, gauge: beat.succeeds(True)),
]  # fmt: skip

# What is refused anywhere else.
CALLS = [
    (ConfigError, "declared twice",
     lambda beat, flag, ticks, gauge: beat.check("once", CRITICAL, flag.is_set())),
    (ConfigError, "'a b'",
     lambda beat, flag, ticks, gauge: beat.check("a b", CRITICAL, flag.is_set())),
    (ConfigError, "NUL",
     lambda beat, flag, ticks, gauge: beat.check("a\0b", CRITICAL, flag.is_set())),
    (TypeError, "no truth value", lambda beat, flag, ticks, gauge: bool(flag.is_set())),
    (ValueError, "2", lambda beat, flag, ticks, gauge: beat.check("x", 2, flag.is_set())),
    (ValueError, "-1 is not a number", lambda beat, flag, ticks, gauge: ticks.mark(-1)),
    (TypeError, "str", lambda beat, flag, ticks, gauge: beat.flag(7)),
    (AttributeError, "'Flag'.*'mark'", lambda beat, flag, ticks, gauge: flag.mark()),
]  # fmt: skip


def numbered(table):
    return [f"{words} ({number})" for number, (_, words, _) in enumerate(table)]


@pytest.fixture
def sources(beat):
    """Of a Heartbeat that has a check already, which the mistake of a test does not touch."""
    flag, ticks, gauge = beat.flag("f"), beat.activity("t"), beat.gauge("g")
    beat.check("once", CRITICAL, flag.is_set())
    yield beat, flag, ticks, gauge
    assert ticks.total == 0
    assert reason_of(beat) == "once waiting for data (critical, 0s)"


@pytest.mark.parametrize("error, words, condition", CONDITIONS, ids=numbered(CONDITIONS))
def test_a_condition_that_cannot_be_is_refused(sources, error, words, condition):
    with pytest.raises(error, match=words):
        sources[0].check("x", CRITICAL, condition(*sources))


@pytest.mark.parametrize("error, words, call", CALLS, ids=numbered(CALLS))
def test_a_call_that_cannot_be_is_refused(sources, error, words, call):
    with pytest.raises(error, match=words):
        call(*sources)


def test_a_clock_goes_forward_only(clock):
    with pytest.raises(ConfigError, match="forward"):
        clock.advance(-1)


@pytest.mark.parametrize(
    "words, settings",
    [
        ("'a b'", {"service": "a b"}),
        ("NUL", {"service": "a\0b"}),
        ("^ttl of 19s", {"service": "s", "ttl": 19}),
        ("^interval of 50ms", {"service": "s", "interval": 0.05}),
        ("^redis_url: .*'http'", {"service": "s", "redis_url": "http://:secret@host"}),
        ("negative", {"service": "s", "stop_timeout": -1}),
    ],
)
def test_a_setting_that_cannot_be_is_refused(words, settings):
    with pytest.raises(ConfigError, match=words):
        Heartbeat(**settings)


def test_errors_and_severities_are_what_they_are_called():
    assert issubclass(ConfigError, ValueError)
    assert (Severity.WARNING, Severity.CRITICAL) == (WARNING, CRITICAL)


def test_a_closed_beat_and_its_sources_refuse_everything(beat):
    with beat:
        flag, ticks, gauge = beat.flag("f"), beat.activity("t"), beat.gauge("g")
        condition = flag.is_set()
    beat.close()
    for call in (
        lambda: flag.set(True), lambda: flag.value, flag.is_set, ticks.mark,
        lambda: ticks.mark(2), lambda: ticks.total, lambda: gauge.add(1), lambda: gauge < 1,
        beat.judge, beat.start, lambda: beat.report(Status.HEALTHY),
        lambda: beat.flag("x"), lambda: beat.check("x", CRITICAL, condition),
    ):  # fmt: skip
        with pytest.raises(ClosedError, match="closed"):
            call()


# --- Files ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [lambda path: path, str], ids=["by path", "by str"])
def test_the_document_goes_to_a_file(tmp_path, kind):
    path = tmp_path / "s.json"
    with Heartbeat("s", redis_url=NOWHERE, file=kind(path), stop_timeout=60) as beat:
        beat.start()
    document = json.loads(path.read_text())
    assert (document["status"], document["reason"]) == ("unhealthy", "stopped")


def test_a_file_is_a_text_or_a_path_and_an_empty_one_is_none():
    with pytest.raises(TypeError, match="file is a str"):
        Heartbeat("s", file=b"/tmp/s.json")
    Heartbeat("s", file="").close()


# --- Lifetimes --------------------------------------------------------------------


def test_a_source_keeps_its_beat():
    ticks = Heartbeat(service="s", clock=Clock.stopped()).activity("t")
    gc.collect()
    ticks.mark()
    assert ticks.total == 1


def test_what_nobody_refers_to_is_freed():
    beat = Heartbeat(service="s")
    beat.flag("f")
    gone = weakref.ref(beat._owned)
    del beat
    gc.collect()
    assert gone() is None


def test_a_started_beat_lives_until_it_is_closed():
    beat = Heartbeat(service="s", redis_url=NOWHERE, stop_timeout=0.1)
    beat.check("db", CRITICAL, beat.succeeds(lambda: True, every=0.01))
    beat.start()
    beat.start()
    with pytest.raises(ConfigError, match="after start"):
        beat.check("late", CRITICAL, beat.flag("f").is_set())
    gone = weakref.ref(beat._owned)
    del beat
    gc.collect()
    assert gone() is not None
    (started,) = heartbeat._beat._started
    started.close()
    del started
    gc.collect()
    assert gone() is None
