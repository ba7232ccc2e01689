"""Values that a call cannot take are named at once, and count nothing."""

import asyncio
import decimal
import fractions
import time
import unittest

import heartbeat
from heartbeat import CRITICAL, Clock, ClosedError, Heartbeat, Status


class Integer:
    """Like an integer of numpy."""

    def __index__(self):
        return 3


class Mistakes(unittest.TestCase):
    def setUp(self):
        self.beat = Heartbeat("s", clock=Clock.stopped())
        self.addCleanup(self.beat.close)

    def test_a_number_of_events(self):
        ticks = self.beat.activity("ticks")
        for number, error, words in (
            (-1, ValueError, "-1 is not a number of events"),
            (2**64, ValueError, "18446744073709551616 is not a number of events"),
            (1.0, TypeError, "<Events 'ticks'>.mark() takes a number of events, not a float"),
            (1.5, TypeError, "<Events 'ticks'>.mark() takes a number of events, not a float"),
            (True, TypeError, "<Events 'ticks'>.mark() takes a number of events, not a bool"),
            (False, TypeError, "<Events 'ticks'>.mark() takes a number of events, not a bool"),
            (None, TypeError, "<Events 'ticks'>.mark() takes a number of events, not None"),
            ("1", TypeError, "<Events 'ticks'>.mark() takes a number of events, not a str"),
        ):
            with self.subTest(number=number), self.assertRaises(error) as caught:
                ticks.mark(number)
            self.assertEqual(str(caught.exception), words)
        self.assertEqual(ticks.total, 0)
        ticks.mark(0)
        ticks.mark(Integer())
        self.assertEqual(ticks.total, 3)
        ticks.mark(2**64 - 4)
        self.assertEqual(ticks.total, 2**64 - 1)

    def test_a_gauge(self):
        gauge = self.beat.gauge("lag")
        for value in (True, "3", None, [3]):
            for call in (gauge.set, gauge.add):
                with self.subTest(value=value, call=call.__name__):
                    with self.assertRaisesRegex(TypeError, "<Gauge 'lag'> takes a number, not "):
                        call(value)
        self.assertEqual(gauge.value, 0)
        for value in (decimal.Decimal("2.5"), fractions.Fraction(5, 2)):
            gauge.set(value)
            gauge.add(value)
            self.assertEqual(gauge.value, 5)

    def test_durations(self):
        ticks = self.beat.activity("ticks")
        for words, call in (
            ("a limit is seconds or a timedelta, not a str", lambda: ticks.within("60s")),
            ("a limit is seconds or a timedelta, not a bool", lambda: ticks.within(True)),
            ("a window is seconds or a timedelta, not None", lambda: ticks.count(None)),
            ("interval is seconds or a timedelta, not a str", lambda: Heartbeat("s", interval="1")),
            ("every is seconds or a timedelta, not a list",
             lambda: self.beat.succeeds(bool, every=[])),
        ):  # fmt: skip
            with self.subTest(words=words), self.assertRaisesRegex(TypeError, words):
                call()

    def test_during(self):
        flag = self.beat.flag("f")
        for schedule, words in (("Mon-Fri 09:15-15:30 UTC", "a str"), (True, "a bool")):
            with self.assertRaises(TypeError) as caught:
                self.beat.check("up", CRITICAL, flag.is_set(), during=schedule)
            self.assertEqual(
                str(caught.exception),
                "during is a Schedule, such as Schedule('Mon-Fri 09:15-15:30 Asia/Kolkata'), "
                f"not {words}",
            )
        self.assertIn("no check", self.beat.judge().reason)

    def test_other_arguments(self):
        for words, call in (
            ("clock is a Clock, not a float", lambda: Heartbeat("s", clock=time.time())),
            ("service is a str, not 7", lambda: Heartbeat(7)),
        ):
            with self.subTest(words=words), self.assertRaisesRegex(TypeError, words):
                call()


class AsyncWith(unittest.TestCase):
    def test_it_is_closed_and_the_loop_goes_on_meanwhile(self):
        async def main():
            async with Heartbeat("s", redis_url="unix:///nonexistent.sock") as beat:
                slow, stops = beat.stop, []

                def stop():
                    asyncio.run_coroutine_threadsafe(turn(), loop).result(20)
                    slow()
                    stops.append(True)

                async def turn():
                    await asyncio.sleep(0)

                loop, beat.stop = asyncio.get_running_loop(), stop
                beat.start()
            self.assertEqual(stops, [True])
            with self.assertRaises(ClosedError):
                beat.report(Status.HEALTHY)

        asyncio.run(main())


class Version(unittest.TestCase):
    def test_it_is_that_of_the_library(self):
        self.assertRegex(heartbeat.__version__, r"^\d+\.\d+\.\d+$")


if __name__ == "__main__":
    unittest.main()
