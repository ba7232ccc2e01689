"""Only a bool is a verdict: what is merely true or false in Python's eyes is a mistake."""

import asyncio
import threading
import time

import pytest

from heartbeat import CRITICAL, Heartbeat, Status

NOWHERE = "unix:///nonexistent.sock"


@pytest.fixture
def running():
    """An event loop that runs in a thread, like that of an asyncio service."""
    loop = Loop()
    yield loop
    loop.close()


class Loop:
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
        if self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.ends.set)
            self.thread.join()


@pytest.fixture
def beat(running):  # it ends before the loop does
    with Heartbeat("s", redis_url=NOWHERE, stop_timeout=0.1, log=None) as beat:
        yield beat


def wait_until(beat, holds):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        judgement = beat.judge()
        if holds(judgement):
            return judgement
        time.sleep(0.01)
    raise AssertionError(f"still {judgement}")


def judgement_of(beat, test, **settings):
    """By the test's first answer."""
    beat.check("test", CRITICAL, beat.succeeds(test, every=0.01, **settings))
    beat.start()
    return wait_until(beat, lambda judgement: judgement.status != Status.STARTING)


def wait_for_no_answer(beat, test, **settings):
    """Not for the words of a test that was not even begun, as on a busy machine."""
    judgement_of(beat, test, limit=0.05, **settings)
    wait_until(beat, lambda judgement: "no answer for" in judgement.reason)


# --- Flags and truth values -------------------------------------------------------


@pytest.mark.parametrize(
    "value, words",
    [
        ("".upper, "not a builtin_function_or_method (is it to be called?)"),
        (Loop.close, "not a function (is it to be called?)"),
        (None, "not None"),
        (1, "not an int"),
        ("no", "not a str"),
        ([1], "not a list"),
    ],
)
def test_a_flag_takes_nothing_but_a_bool(beat, value, words):
    flag = beat.flag("websocket")
    with pytest.raises(TypeError) as caught:
        flag.set(value)
    assert str(caught.value) == f"<Flag 'websocket'>.set() takes a bool, {words}"
    assert flag.value is None


def test_a_flag_takes_a_bool(beat):
    flag = beat.flag("websocket")
    for value in (True, False):
        flag.set(value)
        assert flag.value is value


@pytest.mark.parametrize(
    "source, words",
    [
        (lambda beat: beat.flag("up"), "<Flag 'up'> has no truth value: its value is in .value"),
        (lambda beat: beat.activity("e"),
         "<Events 'e'> has no truth value: their number is in .total"),
        (lambda beat: beat.gauge("g"), "<Gauge 'g'> has no truth value: its value is in .value"),
        (lambda beat: beat.errors("e").count(60),
         "a count has no truth value: compare it, such as count(60) == 0"),
        (lambda beat: beat.errors("e").rate(60),
         "a rate has no truth value: compare it, such as rate(60) > 0"),
    ],
    ids=["flag", "events", "gauge", "count", "rate"],
)  # fmt: skip
def test_a_source_has_no_truth_value(beat, source, words):
    with pytest.raises(TypeError) as caught:
        bool(source(beat))
    assert str(caught.value) == words


# --- Results of a test ------------------------------------------------------------


class Row:
    pass


async def rows():
    yield True


def test_true_is_success(beat):
    assert judgement_of(beat, lambda: True).status == Status.HEALTHY


def test_false_is_failure(beat):
    judgement = judgement_of(beat, lambda: False)
    assert judgement.status == Status.UNHEALTHY
    assert "returned" not in judgement.reason


@pytest.mark.parametrize(
    "result, words",
    [
        (None, "returned None, not a bool"),
        ("ok", "returned a str, not a bool"),
        (1, "returned an int, not a bool"),
        ((1,), "returned a tuple, not a bool"),
        (Row(), f"returned a {__name__}.Row, not a bool"),
        (rows, "returned a function, not a bool"),
        (rows(), "returned an async_generator, not a bool"),
    ],
)
def test_anything_else_fails_and_its_type_is_named(beat, result, words):
    judgement = judgement_of(beat, lambda: result)
    assert judgement.status == Status.UNHEALTHY
    assert words in judgement.reason


def test_a_flag_is_no_result(beat):
    up = beat.flag("up")
    assert "returned a heartbeat.Flag, not a bool" in judgement_of(beat, lambda: up).reason


# --- Coroutines: awaited; the result is the verdict -------------------------------


async def good():
    await asyncio.sleep(0)
    return True


async def refused():
    await asyncio.sleep(0)
    raise ConnectionError("no database")


async def nothing():
    await asyncio.sleep(0)


async def leave():
    raise SystemExit(3)


async def interrupt():
    raise KeyboardInterrupt


async def hang():
    await asyncio.sleep(1000)


@pytest.mark.parametrize("test", [good, lambda: good()], ids=["async def", "lambda"])
def test_a_coroutine_is_awaited(beat, test):
    assert judgement_of(beat, test).status == Status.HEALTHY


@pytest.mark.parametrize("on", ["its own loop", "a loop of the service"])
@pytest.mark.parametrize(
    "test, words",
    [
        (refused, "ConnectionError: no database"),
        (nothing, "returned None, not a bool"),
        (leave, "SystemExit: 3"),
        (interrupt, "KeyboardInterrupt"),
    ],
)
def test_a_coroutine_that_fails(beat, running, test, words, on):
    loop = {} if on == "its own loop" else {"loop": running.loop}
    judgement = judgement_of(beat, test, **loop)
    assert judgement.status == Status.UNHEALTHY
    assert words in judgement.reason
    assert running.thread.is_alive()


def test_every_call_has_the_same_loop(beat):
    loops = []

    async def test():
        loops.append(asyncio.get_running_loop())
        return True

    judgement_of(beat, test)
    wait_until(beat, lambda _: len(loops) > 2)
    assert len(set(loops)) == 1
    beat.close()
    assert loops[0].is_closed()


def test_a_coroutine_that_takes_too_long(beat):
    wait_for_no_answer(beat, hang)


# --- On a loop of the service -----------------------------------------------------


def test_the_test_runs_on_the_loop_that_is_given(beat, running):
    seen = []

    async def test():
        seen.append((asyncio.get_running_loop(), threading.current_thread()))
        return True

    assert judgement_of(beat, test, loop=running.loop).status == Status.HEALTHY
    assert seen[0] == (running.loop, running.thread)


def test_a_task_of_that_loop_is_awaited(beat, running):
    def test():
        return asyncio.ensure_future(asyncio.sleep(0, True))

    assert judgement_of(beat, test, loop=running.loop).status == Status.HEALTHY


def test_a_blocked_loop_gives_no_answer(beat, running):
    release = threading.Event()
    running.loop.call_soon_threadsafe(release.wait)
    try:
        wait_for_no_answer(beat, good, loop=running.loop)
    finally:
        release.set()
    wait_until(beat, lambda judgement: judgement.status == Status.HEALTHY)


def test_a_closed_loop_is_named(beat):
    closed = asyncio.new_event_loop()
    closed.close()
    assert "RuntimeError: Event loop is closed" in judgement_of(beat, good, loop=closed).reason


def test_a_loop_that_ends_before_the_beat(beat, running):
    judgement_of(beat, hang, loop=running.loop, limit=0.05)
    running.close()
    wait_until(beat, lambda judgement: "Event loop is closed" in judgement.reason)


def test_what_hangs_on_the_loop_is_cancelled_by_the_stop(beat, running):
    entered, cancelled = threading.Event(), threading.Event()

    async def test():
        try:
            entered.set()
            await asyncio.sleep(1000)
        finally:
            cancelled.set()

    judgement_of(beat, test, loop=running.loop, limit=0.05)
    assert entered.wait(60)
    beat.close()
    assert cancelled.wait(60)


def test_a_loop_is_a_loop(beat):
    with pytest.raises(TypeError, match="loop is an asyncio event loop, not a str"):
        beat.succeeds(good, loop="main")
