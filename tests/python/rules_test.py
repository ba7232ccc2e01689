"""heartbeat.py on a stopped clock: every kind of check, and every mistake."""

import datetime
import gc
import json
import pathlib
import tempfile
import unittest
import weakref

import heartbeat
from heartbeat import (
    CRITICAL, WARNING, Clock, ClosedError, ConfigError, Heartbeat, Schedule, Severity, Status,
)  # fmt: skip

# Monday, 23 November 2026, in Kolkata (UTC+5:30).
IST = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
OPENS = datetime.datetime(2026, 11, 23, 9, 15, tzinfo=IST)
HOURS = "Mon-Fri 09:15-15:30 Asia/Kolkata"


class Case(unittest.TestCase):
    def simulate(self, wall=None):
        self.clock = Clock.stopped(wall)
        self.beat = Heartbeat(service="simulated", clock=self.clock)

    def setUp(self):
        self.simulate()

    @property
    def status(self):
        return self.beat.judge().status

    @property
    def reason(self):
        return self.beat.judge().reason


class Rules(Case):
    def test_nothing_is_never_healthy(self):
        self.assertEqual(self.status, Status.STARTING)
        self.assertEqual(str(self.status), "starting")

    def test_a_flag(self):
        flag = self.beat.flag("f")
        self.beat.check("up", CRITICAL, flag.is_set())
        self.assertIsNone(flag.value)
        self.assertEqual(self.status, Status.STARTING)
        flag.set([1])
        self.assertIs(flag.value, True)
        self.assertEqual(self.status, Status.HEALTHY)
        flag.set(None)
        self.assertIs(flag.value, False)
        self.assertEqual(self.status, Status.UNHEALTHY)

    def test_within_at_both_sides(self):
        ticks = self.beat.activity("t")
        self.beat.check("ticks_received", CRITICAL, ticks.within(60))
        ticks.mark()
        self.assertEqual(self.status, Status.HEALTHY)
        self.clock.advance(59.999)
        self.assertEqual(self.status, Status.HEALTHY)
        self.clock.advance(0.001)
        self.assertEqual(self.status, Status.UNHEALTHY)

    def test_an_exact_count(self):
        failed = self.beat.errors("failed")
        self.beat.check("batch_flush", WARNING, failed.count(datetime.timedelta(hours=1)) < 5)
        failed.mark(4)
        self.assertEqual(self.status, Status.HEALTHY)
        failed.mark()
        self.assertEqual(failed.total, 5)
        self.assertEqual(self.reason, "batch_flush 5 in 1h, limit <5 (warning, clears in 1h)")
        self.clock.advance(3599.999)
        self.assertEqual(self.status, Status.DEGRADED)
        self.clock.advance(0.001)
        self.assertEqual(self.status, Status.HEALTHY)

    def test_every_comparison(self):
        table = [
            ("<", lambda x: x < 2, (1,), (2, 3)),
            ("<=", lambda x: x <= 2, (1, 2), (3,)),
            (">", lambda x: x > 2, (3,), (1, 2)),
            (">=", lambda x: x >= 2, (2, 3), (1,)),
            ("==", lambda x: x == 2, (2,), (1, 3)),
            ("!=", lambda x: x != 2, (1, 3), (2,)),
            ("reflected", lambda x: 2 > x, (1,), (2, 3)),
        ]
        for name, compare, passing, failing in table:
            for value in passing + failing:
                with self.subTest(comparison=name, value=value):
                    self.simulate()
                    gauge, events = self.beat.gauge("g"), self.beat.activity("e")
                    self.beat.check("gauge", WARNING, compare(gauge))
                    self.beat.check("count", WARNING, compare(events.count(10)))
                    if name not in ("==", "!="):
                        self.beat.check("rate", WARNING, compare(events.rate(1)))
                    gauge.set(value)
                    events.mark(value)
                    self.clock.advance(0.9)
                    expected = Status.HEALTHY if value in passing else Status.DEGRADED
                    self.assertEqual(self.status, expected, self.reason)

    def test_a_gauge(self):
        gauge = self.beat.gauge("g")
        gauge.set(3)
        gauge.add(-1.5)
        self.assertEqual(gauge.value, 1.5)
        self.assertEqual(len({gauge, self.beat.gauge("g")}), 2)

    def test_a_report(self):
        self.beat.report(Status.HEALTHY)
        self.assertEqual(self.status, Status.HEALTHY)
        self.beat.report(Status.DEGRADED, "disk\nfull")
        self.assertEqual(self.beat.judge(), (Status.DEGRADED, "disk\\nfull"))

    def test_a_test_waits_to_be_asked(self):
        self.beat.check("db", CRITICAL, self.beat.succeeds(lambda: True))
        self.assertEqual(self.status, Status.STARTING)


class Schedules(Case):
    def test_it_counts_only_inside(self):
        self.simulate(OPENS - datetime.timedelta(seconds=60))
        flag = self.beat.flag("f")
        holiday = Schedule(HOURS, [OPENS.date()])
        self.beat.check("inside", WARNING, flag.is_set(), during=Schedule(HOURS))
        self.beat.check("holiday", CRITICAL, flag.is_set(), during=holiday)
        flag.set(False)
        self.assertEqual(self.reason, "0 checks pass, 2 suppressed")
        self.clock.advance(59.999)
        self.assertEqual(self.reason, "0 checks pass, 2 suppressed")
        self.clock.advance(0.001)
        self.assertEqual(self.reason, "0 checks pass, 1 waiting, 1 suppressed")
        self.clock.advance(60)  # the grace after an opening
        self.assertEqual(self.status, Status.DEGRADED)

    def test_the_moment(self):
        hours = Schedule(HOURS, ["2026-11-24"])
        self.assertEqual(hours.at(OPENS)[:2], (True, OPENS))
        before = hours.at(OPENS - datetime.timedelta(microseconds=1))
        self.assertEqual((before.open, before.changes), (False, OPENS))
        self.assertFalse(hours.at(OPENS + datetime.timedelta(days=1)).open)
        always = Schedule("Mon-Sun 00:00-24:00 UTC")
        self.assertEqual(always.at(), (True, None, None))
        with self.assertRaisesRegex(ConfigError, "time zone"):
            hours.at(datetime.datetime(2026, 11, 23))

    def test_mistakes(self):
        with self.assertRaisesRegex(ConfigError, "Mars/Olympus"):
            Schedule("Mon-Fri 09:15-15:30 Mars/Olympus")
        with self.assertRaisesRegex(ConfigError, "2026-02-30"):
            Schedule(HOURS, ["2026-02-30"])
        with self.assertRaises(TypeError):
            Schedule(HOURS, "2026-01-26")


class Mistakes(Case):
    def refused(self, error, words, call):
        with self.subTest(words=words), self.assertRaisesRegex(error, words):
            call()

    def test_declarations(self):
        beat = self.beat
        flag, ticks, gauge = beat.flag("f"), beat.activity("t"), beat.gauge("g")
        other = Heartbeat(service="other").flag("f")
        beat.check("once", CRITICAL, flag.is_set())
        check = lambda condition, name="x": lambda: beat.check(name, CRITICAL, condition())
        for error, words, call in (
            (ConfigError, "declared twice", check(flag.is_set, "once")),
            (ConfigError, "'a b'", check(flag.is_set, "a b")),
            (ConfigError, "NUL", check(flag.is_set, "a\0b")),
            (TypeError, "not True", check(lambda: True)),
            (TypeError, "not <Flag 'f'>", check(lambda: flag)),
            (TypeError, "not False", check(lambda: ticks.rate(1) == 0)),
            (TypeError, "no truth value", check(lambda: 0 < gauge < 10)),
            (TypeError, "no truth value", lambda: bool(flag.is_set())),
            (ConfigError, "another Heartbeat", check(other.is_set)),
            (ConfigError, "0s is not positive", check(lambda: ticks.within(0))),
            (ConfigError, "nan", check(lambda: ticks.within(float("nan")))),
            (ConfigError, "100 years", check(lambda: ticks.within(1e300))),
            (ConfigError, "-1", check(lambda: ticks.count(1) == -1)),
            (ConfigError, "never change", check(lambda: ticks.count(1) < 0)),
            (TypeError, "float", check(lambda: ticks.count(1) == 0.5)),
            (ConfigError, "not a number", check(lambda: gauge < float("nan"))),
            (ConfigError, "always or never", check(lambda: ticks.rate(1) < float("inf"))),
            (ConfigError, "positive", check(lambda: beat.succeeds(bool, every=0))),
            (ConfigError, "positive", check(lambda: beat.succeeds(bool, limit=0))),
            (TypeError, "called", check(lambda: beat.succeeds(True))),
            (ValueError, "2", lambda: beat.check("x", 2, flag.is_set())),
            (ValueError, "-1 is not a number", lambda: ticks.mark(-1)),
            (TypeError, "str", lambda: beat.flag(7)),
            (ConfigError, "forward", lambda: self.clock.advance(-1)),
            (AttributeError, "'Flag'.*'mark'", lambda: flag.mark()),
        ):
            self.refused(error, words, call)
        self.assertEqual(ticks.total, 0)
        self.assertEqual(self.reason, "once waiting for data (critical, 0s)")

    def test_configurations(self):
        for words, settings in (
            ("'a b'", {"service": "a b"}),
            ("NUL", {"service": "a\0b"}),
            ("^ttl of 19s", {"service": "s", "ttl": 19}),
            ("^interval of 50ms", {"service": "s", "interval": 0.05}),
            ("^redis_url: .*'http'", {"service": "s", "redis_url": "http://:secret@host"}),
            ("negative", {"service": "s", "stop_timeout": -1}),
        ):
            self.refused(ConfigError, words, lambda: Heartbeat(**settings))
        self.assertTrue(issubclass(ConfigError, ValueError))
        self.assertEqual((Severity.WARNING, Severity.CRITICAL), (WARNING, CRITICAL))

    def test_after_close(self):
        with self.beat as beat:
            flag, ticks, gauge = beat.flag("f"), beat.activity("t"), beat.gauge("g")
            condition = flag.is_set()
        beat.close()
        for call in (
            lambda: flag.set(True), lambda: flag.value, flag.is_set, ticks.mark,
            lambda: ticks.mark(2), lambda: ticks.total, lambda: gauge.add(1), lambda: gauge < 1,
            beat.judge, beat.start, lambda: beat.report(Status.HEALTHY),
            lambda: beat.flag("x"), lambda: beat.check("x", CRITICAL, condition),
        ):  # fmt: skip
            self.refused(ClosedError, "closed", call)


class Files(unittest.TestCase):
    def test_the_document_goes_to_a_file_by_path_or_by_str(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "s.json"
            for file in (path, str(path)):
                redis_url = "unix:///nonexistent.sock"
                with Heartbeat("s", redis_url=redis_url, file=file, stop_timeout=5) as beat:
                    beat.start()
                document = json.loads(path.read_text())
                self.assertEqual((document["status"], document["reason"]), ("unhealthy", "stopped"))
                path.unlink()

    def test_no_file_is_none(self):
        with self.assertRaisesRegex(TypeError, "file is a str"):
            Heartbeat("s", file=b"/tmp/s.json")
        Heartbeat("s", file="").close()


class Lifetimes(unittest.TestCase):
    def test_a_source_keeps_its_beat(self):
        ticks = Heartbeat(service="s", clock=Clock.stopped()).activity("t")
        gc.collect()
        ticks.mark()
        self.assertEqual(ticks.total, 1)

    def test_what_nobody_refers_to_is_freed(self):
        beat = Heartbeat(service="s")
        beat.flag("f")
        gone = weakref.ref(beat._owned)
        del beat
        gc.collect()
        self.assertIsNone(gone())

    def test_a_started_beat_lives_until_it_is_closed(self):
        beat = Heartbeat(service="s", redis_url="unix:///nonexistent.sock", stop_timeout=0.1)
        beat.check("db", CRITICAL, beat.succeeds(lambda: True, every=0.01))
        beat.start()
        beat.start()
        with self.assertRaisesRegex(ConfigError, "after start"):
            beat.check("late", CRITICAL, beat.flag("f").is_set())
        gone = weakref.ref(beat._owned)
        del beat
        gc.collect()
        self.assertIsNotNone(gone())
        (started,) = heartbeat._started
        started.close()
        del started
        gc.collect()
        self.assertIsNone(gone())


if __name__ == "__main__":
    unittest.main()
