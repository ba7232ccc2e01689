"""Values that a call cannot take are named at once, and count nothing."""

import asyncio
import decimal
import fractions
import re

import pytest

import heartbeat
from heartbeat import CRITICAL, Clock, ClosedError, Heartbeat, Status


class Integer:
    """Like an integer of numpy."""

    def __index__(self):
        return 3


@pytest.fixture
def beat():
    with Heartbeat("s", clock=Clock.stopped()) as beat:
        yield beat


TAKES = "<Events 'ticks'>.mark() takes a number of events, not "


@pytest.mark.parametrize(
    "number, error, words",
    [
        (-1, ValueError, "-1 is not a number of events"),
        (2**63, ValueError, "9223372036854775808 is not a number of events"),
        (1.0, TypeError, TAKES + "a float"),
        (1.5, TypeError, TAKES + "a float"),
        (True, TypeError, TAKES + "a bool"),
        (False, TypeError, TAKES + "a bool"),
        (None, TypeError, TAKES + "None"),
        ("1", TypeError, TAKES + "a str"),
    ],
)
def test_no_number_of_events(beat, number, error, words):
    ticks = beat.activity("ticks")
    with pytest.raises(error) as caught:
        ticks.mark(number)
    assert str(caught.value) == words
    assert ticks.total == 0


def test_numbers_of_events(beat):
    ticks = beat.activity("ticks")
    ticks.mark(0)
    ticks.mark(Integer())
    assert ticks.total == 3
    ticks.mark(2**63 - 4)
    assert ticks.total == 2**63 - 1


@pytest.mark.parametrize("call", ["set", "add"])
@pytest.mark.parametrize("value", [True, "3", None, [3]])
def test_no_value_of_a_gauge(beat, call, value):
    gauge = beat.gauge("lag")
    with pytest.raises(TypeError, match="<Gauge 'lag'> takes a number, not "):
        getattr(gauge, call)(value)
    assert gauge.value == 0


@pytest.mark.parametrize("value", [decimal.Decimal("2.5"), fractions.Fraction(5, 2), 2.5])
def test_values_of_a_gauge(beat, value):
    gauge = beat.gauge("lag")
    gauge.set(value)
    gauge.add(value)
    assert gauge.value == 5


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda beat: beat.activity("t").within("60s"),
         "a limit is seconds or a timedelta, not a str"),
        (lambda beat: beat.activity("t").within(True),
         "a limit is seconds or a timedelta, not a bool"),
        (lambda beat: beat.activity("t").count(None),
         "a window is seconds or a timedelta, not None"),
        (lambda beat: beat.succeeds(bool, every=[]),
         "every is seconds or a timedelta, not a list"),
        (lambda beat: Heartbeat("s", interval="1"),
         "interval is seconds or a timedelta, not a str"),
        (lambda beat: Heartbeat("s", clock=1.5), "clock is a Clock, not a float"),
    ],
)  # fmt: skip
def test_no_argument(beat, call, words):
    with pytest.raises(TypeError) as caught:
        call(beat)
    assert str(caught.value) == words


@pytest.mark.parametrize(
    "during, kind", [("Mon-Fri 09:15-15:30 UTC", "a str"), (True, "a bool")]
)
def test_no_schedule(beat, during, kind):
    with pytest.raises(TypeError) as caught:
        beat.check("up", CRITICAL, beat.flag("f").is_set(), during=during)
    assert str(caught.value) == (
        "during is a Schedule, such as Schedule('Mon-Fri 09:15-15:30 Asia/Kolkata'), "
        f"not {kind}"
    )
    assert "no check" in beat.judge().reason


def test_async_with_closes_while_the_loop_goes_on():
    async def main():
        async with Heartbeat("s", redis_url="none", log=None) as beat:
            loop, stop, stops = asyncio.get_running_loop(), beat.stop, []

            def stop_when_the_loop_has_run():
                asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(60)
                stop()
                stops.append(True)

            beat.stop = stop_when_the_loop_has_run
            beat.start()
        assert stops == [True]
        with pytest.raises(ClosedError):
            beat.report(Status.HEALTHY)

    asyncio.run(main())


@pytest.mark.library_only  # the source tree has no version of its own
def test_the_version_is_that_of_the_library():
    assert re.fullmatch(r"\d+\.\d+\.\d+", heartbeat.__version__)


def test_the_reason_of_a_flag_is_a_str(beat):
    flag = beat.flag("websocket")
    with pytest.raises(TypeError, match="a reason is a str, not a ValueError"):
        flag.set(False, ValueError("HTTP 500"))
    assert flag.value is None
