"""Only a bool is a verdict: what is merely true or false in Python's eyes is a mistake."""

import asyncio
import threading
import time
import unittest

from heartbeat import CRITICAL, Heartbeat, Status

NO_REDIS = "unix:///nonexistent.sock"


class Case(unittest.TestCase):
    def setUp(self):
        self.beat = Heartbeat("s", redis_url=NO_REDIS, stop_timeout=0.1)
        self.addCleanup(self.beat.close)

    def judgement(self, test, **settings):
        """Of the test's first answer."""
        self.beat.check("test", CRITICAL, self.beat.succeeds(test, every=0.01, **settings))
        self.beat.start()
        return self.wait_until(lambda judgement: judgement.status != Status.STARTING)

    def wait_until(self, holds):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            judgement = self.beat.judge()
            if holds(judgement):
                return judgement
            time.sleep(0.01)
        self.fail(f"still {judgement}")


class Loop:
    """An event loop that runs in a thread, like that of an asyncio service."""

    def __init__(self):
        runs = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run(runs)))
        self.thread.start()
        runs.wait()

    async def run(self, runs):
        self.loop, self.ends = asyncio.get_running_loop(), asyncio.Event()
        runs.set()
        await self.ends.wait()

    def close(self):
        self.loop.call_soon_threadsafe(self.ends.set)
        self.thread.join()


class Flags(Case):
    def test_a_flag_takes_nothing_but_a_bool(self):
        flag = self.beat.flag("websocket")
        for value, words in (
            (self.setUp, "not a method (is it to be called?)"),
            (lambda: True, "not a function (is it to be called?)"),
            (None, "not None"),
            (1, "not an int"),
            ("no", "not a str"),
            ([1], "not a list"),
            (flag, "not a heartbeat.Flag"),
        ):
            with self.subTest(words=words), self.assertRaises(TypeError) as caught:
                flag.set(value)
            self.assertEqual(
                str(caught.exception), f"<Flag 'websocket'>.set() takes a bool, {words}"
            )
        self.assertIsNone(flag.value)
        for value in (True, False):
            flag.set(value)
            self.assertIs(flag.value, value)

    def test_a_source_has_no_truth_value(self):
        events, gauge = self.beat.activity("ticks"), self.beat.gauge("lag")
        for source, words in (
            (self.beat.flag("up"), "<Flag 'up'> has no truth value: its value is in .value"),
            (events, "<Events 'ticks'> has no truth value: their number is in .total"),
            (gauge, "<Gauge 'lag'> has no truth value: its value is in .value"),
            (events.count(60), "a count has no truth value: compare it, such as count(60) == 0"),
            (events.rate(60), "a rate has no truth value: compare it, such as rate(60) > 0"),
        ):
            with self.subTest(words=words), self.assertRaises(TypeError) as caught:
                bool(source)
            self.assertIn(words, str(caught.exception))


class Results(Case):
    def test_a_bool(self):
        self.assertEqual(self.judgement(lambda: True).status, Status.HEALTHY)

    def test_false(self):
        judgement = self.judgement(lambda: False)
        self.assertEqual(judgement.status, Status.UNHEALTHY)
        self.assertNotIn("returned", judgement.reason)

    def test_anything_else_fails_and_its_type_is_named(self):
        class Row:
            pass

        async def rows():
            yield True

        for result, words in (
            (None, "returned None, not a bool"),
            ("ok", "returned a str, not a bool"),
            (1, "returned an int, not a bool"),
            ((1,), "returned a tuple, not a bool"),
            (Row(), f"returned a {__name__}.Row, not a bool"),
            (self.beat.flag("f"), "returned a heartbeat.Flag, not a bool"),
            (lambda: True, "returned a function, not a bool"),
            (rows(), "returned an async_generator, not a bool"),
        ):
            with self.subTest(words=words):
                self.setUp()
                judgement = self.judgement(lambda: result)
                self.assertEqual(judgement.status, Status.UNHEALTHY)
                self.assertIn(words, judgement.reason)


class Coroutines(Case):
    """A coroutine is awaited; its result is the verdict."""

    async def good(self):
        await asyncio.sleep(0)
        return True

    async def refused(self):
        await asyncio.sleep(0)
        raise ConnectionError("no database")

    async def nothing(self):
        await asyncio.sleep(0)

    def test_success(self):
        self.assertEqual(self.judgement(self.good).status, Status.HEALTHY)

    def test_a_lambda_that_returns_one(self):
        self.assertEqual(self.judgement(lambda: self.good()).status, Status.HEALTHY)

    def test_its_exception(self):
        judgement = self.judgement(self.refused)
        self.assertEqual(judgement.status, Status.UNHEALTHY)
        self.assertIn("ConnectionError: no database", judgement.reason)

    def test_its_result_too_is_a_bool(self):
        self.assertIn("returned None, not a bool", self.judgement(self.nothing).reason)

    def test_it_can_end_any_way(self):
        async def leave():
            raise SystemExit(3)

        self.assertIn("SystemExit: 3", self.judgement(leave).reason)

    def test_every_call_has_the_same_loop(self):
        loops = []

        async def test():
            loops.append(asyncio.get_running_loop())
            return True

        self.judgement(test)
        self.wait_until(lambda _: len(loops) > 2)
        self.assertEqual(len(set(loops)), 1)
        self.beat.close()
        self.assertTrue(loops[0].is_closed())

    def test_too_long(self):
        async def hang():
            await asyncio.sleep(1000)

        self.assertIn("no answer for", self.judgement(hang, limit=0.05).reason)


class RunningLoops(Case):
    def setUp(self):
        self.running = Loop()
        self.addCleanup(lambda: self.running.close())
        super().setUp()

    def test_the_test_runs_on_the_loop_that_is_given(self):
        seen = []

        async def test():
            seen.append((asyncio.get_running_loop(), threading.current_thread()))
            return True

        judgement = self.judgement(test, loop=self.running.loop)
        self.assertEqual(judgement.status, Status.HEALTHY)
        self.assertEqual(seen[0], (self.running.loop, self.running.thread))

    def test_a_task_of_that_loop(self):
        def test():
            return asyncio.ensure_future(asyncio.sleep(0, True))

        self.assertEqual(self.judgement(test, loop=self.running.loop).status, Status.HEALTHY)

    def test_the_loop_outlives_every_answer(self):
        async def leave():
            raise KeyboardInterrupt

        self.assertIn("KeyboardInterrupt", self.judgement(leave, loop=self.running.loop).reason)
        self.assertTrue(self.running.thread.is_alive())

    def test_a_blocked_loop_gives_no_answer(self):
        release = threading.Event()
        self.running.loop.call_soon_threadsafe(release.wait)
        try:
            judgement = self.judgement(self.good, loop=self.running.loop, limit=0.05)
            self.assertIn("no answer for", judgement.reason)
        finally:
            release.set()
        self.wait_until(lambda judgement: judgement.status == Status.HEALTHY)

    def test_a_closed_loop(self):
        closed = asyncio.new_event_loop()
        closed.close()
        judgement = self.judgement(self.good, loop=closed)
        self.assertIn("RuntimeError: Event loop is closed", judgement.reason)

    def test_what_hangs_on_the_loop_is_cancelled_by_the_stop(self):
        ends = []

        async def hang():
            try:
                await asyncio.sleep(1000)
            finally:
                ends.append("cancelled")

        self.judgement(hang, loop=self.running.loop, limit=0.05)
        self.beat.close()
        deadline = time.monotonic() + 20
        while not ends and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual(ends, ["cancelled"])

    def test_a_loop_that_ends_before_the_beat(self):
        async def hang():
            await asyncio.sleep(1000)

        self.judgement(hang, loop=self.running.loop, limit=0.05)
        self.running.close()
        self.wait_until(lambda judgement: "Event loop is closed" in judgement.reason)
        self.running = Loop()

    def test_a_loop_is_a_loop(self):
        with self.assertRaisesRegex(TypeError, "loop is an asyncio event loop, not a str"):
            self.beat.succeeds(self.good, loop="main")

    good = Coroutines.good


if __name__ == "__main__":
    unittest.main()
