"""The Heartbeat of one service."""

from __future__ import annotations

import atexit
import logging
import os
import time
from typing import (
    TYPE_CHECKING, Awaitable, Callable, List, Optional, Set, Tuple, Type, Union,
)  # fmt: skip

from heartbeat._backend import backend
from heartbeat._real_threads import Thread, unpatched
from heartbeat._schedule import Clock, Owned, Schedule
from heartbeat._service_threads import Test, keep_answering, keep_logging, writes_to
from heartbeat._sources import AnySource, Condition, Events, Flag, Gauge, Source
from heartbeat._values import (
    ClosedError, ConfigError, Judgement, Seconds, Settings, Severity, Status, Writer,
    checked_reason, checked_text, kind_of, milliseconds,
)  # fmt: skip

if TYPE_CHECKING:
    import asyncio

_started: Set[Heartbeat] = set()


def _stop_all() -> None:
    for beat in list(_started):
        beat.stop()


atexit.register(_stop_all)


class Heartbeat:
    """Writes the document of one service. Arguments left out come from the environment, then
    take the default:

        service     HEARTBEAT_SERVICE
        instance    HEARTBEAT_INSTANCE; none. The name of this replica of the service; %h in it is the
                    host's name.
        redis_url   HEARTBEAT_REDIS_URL, REDIS_URL; redis://127.0.0.1:6379. "none", for tests
                    and laptops: the document goes only to the file, or nowhere.
        prefix      HEARTBEAT_PREFIX; "health:"
        file        HEARTBEAT_FILE; none. The document also goes to this file, for a probe
                    that cannot ask Redis.
        interval    HEARTBEAT_INTERVAL; 10 s
        ttl         HEARTBEAT_TTL; 60 s

    start_grace: a flag, gauge or test without data fails this long after start().
    stop_timeout: about the longest time that stop() takes. clock: for tests. log: takes each
    line about trouble with Redis or the file, on a thread of its own: a logging.Logger, which
    gets a warning, or an info once the trouble is over; or a function of one str; None is
    silence. log_changes: each change of the status is a line too, with its reason, when the
    document that tells it is written.

    Raises ConfigError. As a context manager, also of `async with`, it is closed at the end.
    """

    def __init__(
        self,
        service: Optional[str] = None,
        *,
        instance: Optional[str] = None,
        redis_url: Optional[str] = None,
        prefix: Optional[str] = None,
        file: Union[str, os.PathLike[str], None] = None,
        interval: Optional[Seconds] = None,
        ttl: Optional[Seconds] = None,
        start_grace: Seconds = 60,
        stop_timeout: Seconds = 1,
        clock: Optional[Clock] = None,
        log: Union[logging.Logger, Callable[[str], object], None] = logging.getLogger("heartbeat"),
        log_changes: bool = False,
    ):
        if clock is not None and not isinstance(clock, Clock):
            raise TypeError(f"clock is a Clock, not {kind_of(clock)}")
        if isinstance(log, logging.Logger):
            log = writes_to(log)
        elif log is not None and not callable(log):
            raise TypeError(f"log is a logging.Logger, a function or None, not {kind_of(log)}")
        settings = Settings(
            service=checked_text(service or "", "service"),
            instance=checked_text(instance or "", "instance"),
            redis_url=checked_text(redis_url or "", "redis_url"),
            prefix=checked_text(prefix or "", "prefix"),
            file=checked_text(os.fspath(file or ""), "file"),
            interval_ms=0 if interval is None else milliseconds(interval, "interval"),
            ttl_ms=0 if ttl is None else milliseconds(ttl, "ttl"),
            start_grace_ms=milliseconds(start_grace, "start_grace"),
            stop_timeout_ms=milliseconds(stop_timeout, "stop_timeout"),
            log_changes=bool(log_changes),
        )
        self._clock = clock  # the beat uses it as long as it lives
        pointer = backend.create(settings, None if clock is None else clock._owned.pointer)
        self._owned = Owned(pointer, backend.destroy)
        self._process = os.getpid()
        self._lock = unpatched("allocate_lock")()
        self._log = log
        self._closed = self._running = False
        self._sources: List[Source] = []
        self._tests: List[Tuple[object, Test]] = []
        self._threads: List[Thread] = []

    # --- Sources; the name is for people and need not be unique ---

    def flag(self, name: str) -> Flag:
        return self._source(Flag, backend.flag_create, name)

    def activity(self, name: str) -> Events:
        """Counted in the document's `processed_count` and `last_activity`."""
        return self._source(Events, backend.activity_create, name)

    def errors(self, name: str) -> Events:
        """Counted in the document's `error_count`."""
        return self._source(Events, backend.errors_create, name)

    def gauge(self, name: str) -> Gauge:
        return self._source(Gauge, backend.gauge_create, name)

    def _source(
        self, kind: Type[AnySource], create: Callable[..., object], name: str
    ) -> AnySource:
        source = kind(self, create(self._pointer, checked_text(name, "a name")), name)
        self._sources.append(source)
        return source

    def succeeds(
        self,
        test: Callable[[], Union[bool, Awaitable[bool]]],
        *,
        every: Seconds = 10,
        limit: Seconds = 5,
        loop: Optional[asyncio.AbstractEventLoop] = None,
    ) -> Condition:
        """A test of the service's own, such as a query that must succeed, called again and
        again. It succeeds by returning True. It fails by returning anything else (what is not
        a bool is named), by an exception, whose text is shown, or by taking longer than
        `limit`, also because the interpreter is too busy to run it, which its text then says.

        It is called on a thread of its own. An `async def` test is awaited on an event loop of
        that thread. If its connections belong to the service's running loop, pass that as
        `loop`: the test is called there, and fails too while that loop is blocked."""
        if not callable(test):
            raise TypeError(f"{test!r} cannot be called")
        if loop is not None and not hasattr(loop, "call_soon_threadsafe"):
            raise TypeError(f"loop is an asyncio event loop, not {kind_of(loop)}")
        # 0 would be the library's default.
        every_ms, limit_ms = milliseconds(every, "every") or -1, milliseconds(limit, "limit") or -1
        return Condition(self, backend.check_question, every_ms, limit_ms, Test(test, loop))

    def check(
        self,
        name: str,
        severity: Severity,
        condition: Condition,
        *,
        during: Optional[Schedule] = None,
    ) -> None:
        """Declares a check, before start(). Names match [A-Za-z0-9._-]{1,64}; at most 100
        checks. Outside the sessions of `during` the check is shown but does not count."""
        if not isinstance(condition, Condition):
            raise TypeError(
                f"check {name!r} takes a condition, such as ticks.within(60), not {condition!r}"
            )
        if condition._beat is not self:
            raise ConfigError(f"check {name!r} uses a source of another Heartbeat")
        if during is not None and not isinstance(during, Schedule):
            raise TypeError(
                "during is a Schedule, such as Schedule('Mon-Fri 09:15-15:30 Asia/Kolkata'), "
                f"not {kind_of(during)}"
            )
        common = self._pointer, checked_text(name, "a name"), Severity(severity)
        schedule = None if during is None else during._owned.pointer
        if condition._declare is not backend.check_question:
            condition._declare(*common, *condition._arguments, schedule)
            return
        every_ms, limit_ms, test = condition._arguments
        question = backend.check_question(*common, every_ms, limit_ms, schedule)
        self._tests.append((question, test))

    def report(self, status: Status, reason: str = "") -> None:
        """The service's own opinion. The worse of it and of the checks is the status, until
        the next report. From any thread, but not on the hot path."""
        backend.report(self._pointer, Status(status), checked_reason(reason))

    def judge(self) -> Judgement:
        """Evaluates every check now. A changed status is written at once."""
        status, reason = backend.judge(self._pointer)
        return Judgement(Status(status), reason)

    def writer(self) -> Writer:
        """The condition of the beat threads. From any thread, also after stop()."""
        writer: Writer = backend.writer(self._pointer)
        return writer

    def sequence(self) -> int:
        """How many documents it has tried to write to Redis; grows while the beat lives."""
        return int(backend.sequence(self._pointer))

    def start(self) -> None:
        """Starts to beat. Raises HeartbeatError or RuntimeError if a thread is refused: it can
        then be repeated. After a success, a second call does nothing. In a forked child, raises
        HeartbeatError if the parent had started it; if not, it becomes the child's own."""
        pointer = self._pointer
        with self._lock:
            if self._running and os.getpid() == self._process:
                return
            backend.start(pointer)
            self._process = os.getpid()
            _started.add(self)
            for question, test in self._tests[len(self._threads) :]:
                self._threads.append(Thread(keep_answering, self._owned, question, test))
            if self._log is not None:
                self._threads.append(Thread(keep_logging, self._owned, self._log))
            self._running = True

    def stop(self) -> None:
        """Writes a last document, `unhealthy` and `stopped`, and ends the threads. Takes
        stop_timeout and a quarter of a second at most. Idempotent."""
        backend.stop(self._owned.pointer)
        _started.discard(self)
        if os.getpid() != self._process:
            return
        for _, test in self._tests:
            test.cancel()
        # The threads end at once unless they run the service's own code.
        deadline = time.monotonic() + 0.25
        for thread in self._threads:
            thread.join(deadline - time.monotonic())

    def close(self) -> None:
        """stop(); from now on every use of this and of its sources raises ClosedError."""
        self.stop()
        self._closed = True
        while self._sources:
            del self._sources.pop()._open_pointer

    def __enter__(self) -> Heartbeat:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Heartbeat:
        return self

    async def __aexit__(self, *_: object) -> None:
        import asyncio

        # The loop goes on while the last document is written.
        await asyncio.get_running_loop().run_in_executor(None, self.close)

    @property
    def _pointer(self) -> object:
        if self._closed:
            raise ClosedError("the heartbeat is closed")
        return self._owned.pointer
