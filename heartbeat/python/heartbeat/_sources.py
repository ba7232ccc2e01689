"""The sources that a service marks, and the conditions on them."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar

from heartbeat._backend import backend
from heartbeat._values import (
    ClosedError, ConfigError, Seconds, checked_reason, kind_of, milliseconds,
)  # fmt: skip

if TYPE_CHECKING:
    from heartbeat._beat import Heartbeat

# Looked up once: these calls are the hot ones.
_flag_set, _flag_set_false, _flag_value = (
    backend.flag_set, backend.flag_set_false, backend.flag_value,
)  # fmt: skip
_mark, _mark_n, _total = backend.mark, backend.mark_n, backend.total
_gauge_set, _gauge_add, _gauge_value = backend.gauge_set, backend.gauge_add, backend.gauge_value


class Condition:
    """A requirement on one source, such as `ticks.within(60)`. A source creates it,
    Heartbeat.check() takes it. It has no truth value."""

    def __init__(self, beat: Heartbeat, declare: Callable[..., object], *arguments: Any):
        self._beat, self._declare, self._arguments = beat, declare, arguments

    def __bool__(self) -> bool:
        raise TypeError(
            "a condition has no truth value: pass it to Heartbeat.check(). `and`, `or`, `if` and "
            "a < x < b do not work (a source's value is in .value or .total)"
        )


_Compare = Callable[[int, Any], Condition]


class _Ordered:
    """Each comparison creates a Condition."""

    _compare: _Compare

    def __lt__(self, bound: Any) -> Condition:
        return self._compare(0, bound)

    def __le__(self, bound: Any) -> Condition:
        return self._compare(1, bound)

    def __gt__(self, bound: Any) -> Condition:
        return self._compare(2, bound)

    def __ge__(self, bound: Any) -> Condition:
        return self._compare(3, bound)


class _Compared(_Ordered):
    def __eq__(self, bound: Any) -> Condition:  # type: ignore[override]
        return self._compare(4, bound)

    def __ne__(self, bound: Any) -> Condition:  # type: ignore[override]
        return self._compare(5, bound)

    __hash__ = object.__hash__


class _Count(_Compared):
    def __init__(self, compare: _Compare):
        self._compare = compare

    def __bool__(self) -> bool:
        raise TypeError("a count has no truth value: compare it, such as count(60) == 0")


class Pointed:
    """Holds what the backend knows a source by; close() deletes it."""

    __slots__ = ("_open_pointer",)


if not TYPE_CHECKING and backend.hot_calls is not None:
    Pointed = backend.hot_calls.Pointed
    Pointed.__slots__ = ("_open_pointer",)  # copy.copy() asks for it


class Source(Pointed):
    __slots__ = ("_beat", "name", "__weakref__")
    _truth = "its value is in .value"

    def __init__(self, beat: Heartbeat, pointer: object, name: str):
        self._beat, self.name, self._open_pointer = beat, name, pointer

    @property
    def _pointer(self) -> object:
        try:
            return self._open_pointer
        except AttributeError:
            raise ClosedError("the heartbeat is closed") from None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"

    def __bool__(self) -> bool:
        raise TypeError(f"{self!r} has no truth value: {self._truth}")


AnySource = TypeVar("AnySource", bound=Source)


class Flag(Source):
    """True or false, such as "the connection is up"."""

    __slots__ = ()

    def set(self, value: bool, reason: str = "") -> None:
        """True or False. Anything else is a mistake, such as a method that was not called, and
        raises TypeError. `reason`: why it is false, such as "HTTP 403"; kept until it is true,
        shown by the check, cut to 120 bytes."""
        if value is True:
            _flag_set(self._pointer, 1)
        elif value is False:
            if reason == "":
                _flag_set(self._pointer, 0)
            else:
                _flag_set_false(self._pointer, checked_reason(reason))
        else:
            hint = " (is it to be called?)" if callable(value) else ""
            raise TypeError(f"{self!r}.set() takes a bool, not {kind_of(value)}{hint}")

    @property
    def value(self) -> Optional[bool]:
        """As last set; None if it was never set."""
        value = _flag_value(self._pointer)
        return None if value < 0 else bool(value)

    def is_set(self) -> Condition:
        """The flag must be true. Before it is set for the first time the check waits, at most
        for the start grace. This is a condition; the flag's value is in .value."""
        return Condition(self._beat, backend.check_flag, self._pointer)


class Events(Source):
    """Events that happen: ticks, messages, errors."""

    __slots__ = ()
    _truth = "their number is in .total"

    def mark(self, n: int = 1) -> None:
        """`n` events happened now."""
        if type(n) is not int:  # neither a bool nor a float that happens to be 1
            if isinstance(n, bool) or not hasattr(n, "__index__"):
                raise TypeError(f"{self!r}.mark() takes a number of events, not {kind_of(n)}")
            n = operator.index(n)
        if n == 1:
            _mark(self._pointer)
        elif 0 <= n < 2**63:
            _mark_n(self._pointer, n)
        else:
            raise ValueError(f"{n} is not a number of events")

    @property
    def total(self) -> int:
        """All events ever marked."""
        return int(_total(self._pointer))

    def within(self, limit: Seconds) -> Condition:
        """The last event must be less than this long ago."""
        return Condition(
            self._beat, backend.check_within, self._pointer, milliseconds(limit, "a limit")
        )

    def count(self, window: Seconds) -> _Count:
        """The exact number of events in the last `window`, to be compared with a number:
        `count(300) == 0`."""
        window_ms = milliseconds(window, "a window")

        def compare(comparison: int, n: Any) -> Condition:
            events = operator.index(n)
            if not 0 <= events < 2**63:
                raise ConfigError(f"{events} is not a number of events")
            arguments = self._pointer, window_ms, comparison, events
            return Condition(self._beat, backend.check_count, *arguments)

        return _Count(compare)

    def rate(self, window: Seconds) -> _Rate:
        """Events a second over the last `window`, to be compared by < <= > or >=."""
        return _Rate(self, milliseconds(window, "a window"))


class _Rate(_Ordered):
    def __init__(self, events: Events, milliseconds: int):
        self._events, self._milliseconds = events, milliseconds

    def __bool__(self) -> bool:
        raise TypeError("a rate has no truth value: compare it, such as rate(60) > 0")

    def _compare(self, comparison: int, bound: Any) -> Condition:
        arguments = self._events._pointer, self._milliseconds, comparison, float(bound)
        return Condition(self._events._beat, backend.check_rate, *arguments)


_NUMBERS = (float, int)  # what ctypes converts; a bool is neither


class Gauge(Source, _Compared):
    """A number with a current value, such as a queue's length, to be compared:
    `attempts < 10`. Zero until set."""

    __slots__ = ()

    def set(self, value: float) -> None:
        if type(value) not in _NUMBERS:
            value = self._number(value)
        _gauge_set(self._pointer, value)

    def add(self, by: float) -> None:
        if type(by) not in _NUMBERS:
            by = self._number(by)
        _gauge_add(self._pointer, by)

    def _number(self, value: Any) -> float:
        if isinstance(value, bool) or not hasattr(value, "__float__"):
            raise TypeError(f"{self!r} takes a number, not {kind_of(value)}")
        return float(value)

    @property
    def value(self) -> float:
        return float(_gauge_value(self._pointer))

    def _compare(self, comparison: int, bound: Any) -> Condition:
        return Condition(self._beat, backend.check_gauge, self._pointer, comparison, float(bound))


if not TYPE_CHECKING and backend.hot_calls is not None:
    # By the names with "_", those in C call these for what is not usual.
    Flag._set, Events._mark, Gauge._set, Gauge._add = Flag.set, Events.mark, Gauge.set, Gauge.add
    in_c = backend.hot_methods(Flag, Events, Gauge)
    Flag.set, Events.mark, Gauge.set, Gauge.add = in_c
