"""The heartbeat: its threads, the tests that the service answers, and the lines of its log."""

from __future__ import annotations

import collections
import os
import signal
import threading
import time
import weakref
from typing import Any, Callable, Deque, List, Optional, Tuple

from heartbeat._python.check_set import Callback
from heartbeat._python.clock import Clock
from heartbeat._python.config import Config
from heartbeat._python.evaluate import CallbackState
from heartbeat._python.file_sink import FileSink
from heartbeat._python.redis_sink import RedisSink
from heartbeat._python.secrets_mask import mask_secrets
from heartbeat._python.service_state import ServiceState
from heartbeat._python.sources import Guard
from heartbeat._python.texts import SECOND, printable
from heartbeat._python.waker import Waker
from heartbeat._python.write_loop import WriteLoop
from heartbeat._python.writer_state import SharedWriter
from heartbeat._real_threads import Thread
from heartbeat._values import HeartbeatError, Status, Writer

_MAX_LINES = 64
_MAX_OUTPUT = 100  # bytes: the output of a hundred tests must fit into one document

_guards: "weakref.WeakSet[Guard]" = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for guard in _guards:
        guard.after_fork_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


class LogQueue:
    """Lines for the thread that logs them."""

    def __init__(self) -> None:
        self._lines: Deque[str] = collections.deque(maxlen=_MAX_LINES)
        self._waker = Waker()
        self._closed = False

    def add(self, line: str) -> None:
        if not self._closed:
            self._lines.append(f"heartbeat: {line}")
            self._waker.wake()

    def next(self) -> Optional[str]:
        """Waits. None: it is closed and empty."""
        while True:
            if self._lines:
                return self._lines.popleft()
            if self._closed:
                return None
            self._waker.sleep(3600)

    def close(self) -> None:
        self._closed = True
        self._waker.wake()


class Question:
    """A test of the service's own, which one thread calls whenever it is due."""

    def __init__(self, beat: Beat, callback: Callback):
        self._beat, self._callback = beat, callback
        self.waker = Waker()
        self._due = 0

    def wait(self) -> bool:
        """Until the test is to be called. False: the beat has stopped."""
        clock = self._beat.service.clock
        while not self._beat.stopping():
            now = clock.now()
            if now >= self._due:
                self._callback.state = self._callback.state._replace(called_at=now)
                self._beat.wake()
                return True
            self.waker.sleep((self._due - now) / SECOND)
        return False

    def answer(self, success: bool, why: str) -> None:
        output = "" if success else printable(mask_secrets(why), _MAX_OUTPUT)
        self._due = self._beat.service.clock.now() + self._callback.every
        self._callback.state = CallbackState(success, None, output)
        self._beat.wake()


class Beat:
    def __init__(self, config: Config, clock: Optional[Clock]):
        self._config = config
        self._has_own_clock = clock is None
        self._process = os.getpid()
        self._wakers = Waker(), Waker()  # of the thread of Redis and that of the file
        guard = Guard(threading.RLock, self.wake)
        _guards.add(guard)
        self.service = ServiceState(config, clock or Clock(), guard, self.wake)
        self.lines = LogQueue()
        self.questions: List[Question] = []
        self._writer = SharedWriter()
        self._file_sink = FileSink(config.file, self._writer, self.lines.add)
        self._make_loops()
        self._start_stop = threading.RLock()
        self._threads: List[Thread] = []
        self._started = self._stopped = False

    def _make_loops(self) -> None:
        instance_id = self.service.instance["id"]
        redis_sink = RedisSink(self._config, instance_id, self._writer, self.lines.add)
        self._redis_loop, self._file_loop = (
            WriteLoop(
                self._config, self.service, self._writer, sink, waker, self.stopping, self.lines.add,
                self._config.log_changes and (sink is redis_sink) == bool(self._config.find_redis),
            )  # fmt: skip
            for sink, waker in zip((redis_sink, self._file_sink), self._wakers)
        )

    def wake(self) -> None:
        for waker in self._wakers:
            waker.wake()

    def stopping(self) -> bool:
        return self._stopped

    def forked(self) -> bool:
        return os.getpid() != self._process

    def start(self) -> None:
        if self.forked() and self._threads:
            raise HeartbeatError(
                "the heartbeat is that of the parent process, which has started it: this process "
                "makes one of its own (the writer in Python counts no marks of forked children)"
            )
        with self._start_stop:
            if self._started:
                return
            if self.forked():  # the parent had not started: this process beats by itself
                self.service.leave_parent()
                self._make_loops()
                self._process = os.getpid()
            loops = []
            if self._config.find_redis is not None:
                loops.append((self._redis_loop, self._wakers[0]))
            if self._config.file:
                loops.append((self._file_loop, self._wakers[1]))
            for loop, waker in loops[len(self._threads) :]:  # if one was refused, it is repeated
                self._threads.append(Thread(self._run, loop, waker))
            self.service.start()
            self._started = True
            self.wake()
        if self._config.find_redis is None:
            where = f"only into {self._config.file}" if self._config.file else "nowhere"
            self.lines.add(f"beats {where}: {self._config.no_redis}")

    def _run(self, loop: WriteLoop, waker: Waker) -> None:
        if hasattr(signal, "pthread_sigmask"):  # signals are for the threads of the service
            signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
        while not self._started and not self._stopped:  # until all threads exist
            waker.sleep(3600)
        if self._started:
            loop.run()

    def stop(self) -> None:
        if self.forked():
            return
        with self._start_stop:
            deadline = time.monotonic() + self._config.stop_timeout / SECOND
            self._stopped = True
            self.wake()
            for question in self.questions:
                question.waker.wake()
            for thread in self._threads:
                thread.join(deadline - time.monotonic())
            self.lines.close()

    def report(self, status: int, reason: str) -> None:
        if not self.forked():
            self.service.report(Status(status), reason)
            self.wake()

    def judge(self) -> Tuple[int, str]:
        if self.forked():
            return Status.STARTING, "a forked child has no heartbeat"
        document = self.service.snapshot().document
        self.wake()
        if not self._has_own_clock:  # its owner may have moved it, and so made a test due
            for question in self.questions:
                question.waker.wake()
        return document.status, document.reason

    def writer(self) -> Writer:
        return SharedWriter().read() if self.forked() else self._writer.read()

    def sequence(self) -> int:
        return 0 if self.forked() else self._redis_loop.sequence

    def require_own(self) -> None:
        if self.forked():
            raise HeartbeatError("the heartbeat belongs to the parent of this process")

    def add(self, sources: List[Any], make: Callable[..., Any], *arguments: Any) -> Any:
        """A source of that kind."""
        self.require_own()
        with self.service.guard.lock:
            sources.append(make(self.service.guard, *arguments))
            return sources[-1]
