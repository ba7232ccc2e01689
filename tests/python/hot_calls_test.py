"""The extension: its calls end as those of the methods in Python, which ctypes serves."""

import copy
import ctypes
import decimal
import fractions
import gc
import inspect
import math
import pickle
import sys
import threading
import weakref

import pytest

import heartbeat
from heartbeat import Clock, ClosedError, Events, Flag, Gauge, Heartbeat, _hot_calls
from heartbeat._backend import backend


class Index:
    def __index__(self):
        return 3


class BrokenNumber:
    def __index__(self):
        raise LookupError("no number today")

    __float__ = __index__


class Integer(int):
    pass


class Float(float):
    pass


VALUES = [
    True, False, None, 0, 1, 2, 5, -1, -(2**63), 2**63 - 1, 2**63, 2**64, 10**400, Integer(3), Index(),
    0.0, 1.0, -2.5, math.inf, math.nan, Float(2.5), decimal.Decimal("2.5"), fractions.Fraction(5, 2),
    BrokenNumber(), "", "1", b"1", [], [3], (), {}, object, len, Index, ctypes.c_int(3),
]  # fmt: skip
ARGUMENTS = [
    ((), {}),
    *(((value,), {}) for value in VALUES),
    *(((value,), {"reason": "HTTP 403"}) for value in (True, False, 1)),
    *(((value, reason), {}) for value in (True, False, 1) for reason in ("HTTP 403", "", None, "a\0b")),
    *(((), {name: value}) for name in ("n", "value", "by", "x") for value in (True, 3, 2.5, "1")),
    ((1, 2, 3), {}),
    ((1,), {"n": 1}),
]
METHODS = [(Flag, "set"), (Events, "mark"), (Gauge, "set"), (Gauge, "add")]
METHOD_NAMES = [f"{kind.__name__}.{name}" for kind, name in METHODS]


@pytest.fixture
def beat():
    with Heartbeat("s", clock=Clock.stopped()) as beat:
        yield beat


def source_of(beat, kind):
    return {Flag: beat.flag, Events: beat.activity, Gauge: beat.gauge}[kind]("source")


def value_of(source):
    return source.total if isinstance(source, Events) else repr(source.value)


def outcome(call, arguments, named):
    try:
        return call(*arguments, **named) if named else call(*arguments)
    except Exception as error:
        return type(error), str(error)


def test_the_methods_are_in_c_and_call_the_library_that_ctypes_has_loaded():
    assert backend.hot_calls is _hot_calls
    assert {type(getattr(kind, name)).__name__ for kind, name in METHODS} == {"method_descriptor"}
    with open("/proc/self/maps") as maps:
        loaded = {line.split()[-1] for line in maps if "libheartbeat" in line}
    assert len(loaded) == 1


@pytest.mark.parametrize("kind, name", METHODS, ids=METHOD_NAMES)
@pytest.mark.parametrize("is_closed", [False, True], ids=["open", "closed"])
def test_every_call_ends_as_in_python(kind, name, is_closed):
    for arguments, named in ARGUMENTS:
        with Heartbeat("s", clock=Clock.stopped()) as beat:
            in_c, in_python = source_of(beat, kind), source_of(beat, kind)
            if is_closed:
                beat.close()
            found = outcome(getattr(in_c, name), arguments, named)
            expected = outcome(getattr(in_python, f"_{name}"), arguments, named)
            assert found == expected, (arguments, named)
            if not is_closed:
                assert value_of(in_c) == value_of(in_python), (arguments, named)


def test_usual_calls_do_not_reach_python(beat, monkeypatch):
    for kind, name in METHODS:
        monkeypatch.setattr(kind, f"_{name}", None)
    flag, ticks, queue = beat.flag("f"), beat.activity("t"), beat.gauge("g")
    flag.set(False)
    assert flag.value is False
    flag.set(True)
    ticks.mark()
    ticks.mark(0)
    ticks.mark(2**63 - 2)
    queue.set(*(2,), **{})
    queue.add(0.5)
    queue.add(-5)
    assert (flag.value, ticks.total, queue.value) == (True, 2**63 - 1, -2.5)


def test_a_method_that_was_kept_finds_the_beat_closed(beat):
    ticks = beat.activity("ticks")
    mark = ticks.mark
    mark()
    beat.close()
    for arguments in (), (2,), ("2",):
        with pytest.raises(ClosedError if arguments != ("2",) else TypeError):
            mark(*arguments)


def test_a_method_that_was_kept_keeps_the_beat():
    beat = Heartbeat("s", clock=Clock.stopped())
    ticks = beat.activity("ticks")
    mark, gone = ticks.mark, weakref.ref(beat)
    del beat, ticks
    gc.collect()
    mark()
    assert mark.__self__.total == 1
    del mark
    gc.collect()
    assert gone() is None


def test_threads_lose_no_mark_and_all_find_the_beat_closed(beat):
    ticks, have_marked, done = beat.activity("ticks"), threading.Barrier(5), []

    def run():
        for _ in range(20_000):
            ticks.mark()
        have_marked.wait(60)
        with pytest.raises(ClosedError):
            while True:
                ticks.mark(0)
        done.append(True)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    have_marked.wait(60)
    assert ticks.total == 80_000
    beat.close()
    for thread in threads:
        thread.join(60)
    assert done == [True] * 4


def test_a_source_frees_what_it_holds(beat):
    pointer = 10**30
    counts = sys.getrefcount(pointer), sys.getrefcount(Events)
    for _ in range(100):
        Events(beat, pointer, "ticks")
    assert (sys.getrefcount(pointer), sys.getrefcount(Events)) == counts


def test_a_source_is_as_before(beat, monkeypatch):
    class Doubled(Events):
        def mark(self, n=1):
            super().mark(2 * n)

    ticks = beat.activity("ticks")
    doubled = Doubled(beat, ticks._pointer, "doubled")
    doubled.mark(2)
    doubled.mark(n=3)
    assert ticks.total == 10
    assert repr(doubled) == "<Doubled 'doubled'>"
    assert weakref.ref(ticks)() is ticks
    copied = copy.copy(ticks)
    copied.mark()
    assert (copied.name, copied.total) == ("ticks", 11)
    with pytest.raises(TypeError, match="cannot pickle"):
        pickle.dumps(ticks)
    with pytest.raises(AttributeError, match="'Events' object has no attribute 'marks'"):
        ticks.marks()
    monkeypatch.setattr(Events, "mark", lambda self, n=1: n)
    assert ticks.mark(7) == 7


def test_help_shows_parameters_and_what_they_mean():
    for kind, name in METHODS:
        parameters = inspect.signature(getattr(kind, name)).parameters.values()
        in_python = inspect.signature(getattr(kind, f"_{name}")).parameters.values()
        assert [(p.name, p.default) for p in parameters] == [(p.name, p.default) for p in in_python]
    assert heartbeat.Events.mark.__doc__ == heartbeat.Events._mark.__doc__
    assert heartbeat.Flag.set.__doc__
