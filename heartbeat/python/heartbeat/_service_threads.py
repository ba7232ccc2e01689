"""The threads that need the interpreter: tests of the service's own, and its log."""

from __future__ import annotations

import collections.abc
import logging
import re
import sys
from typing import TYPE_CHECKING, Callable, Optional, Tuple

from heartbeat._backend import backend
from heartbeat._schedule import Owned
from heartbeat._values import checked_reason, kind_of

if TYPE_CHECKING:
    import asyncio  # in a service without asyncio its import would cost more than all of this


def _in_words(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    except Exception:  # __str__ is the service's own
        return type(error).__name__


def _verdict(result: object) -> Tuple[bool, str]:
    """Only a bool is one: a coroutine, a row or a method is true without having succeeded."""
    if isinstance(result, bool):
        return result, ""
    return False, f"returned {kind_of(result)}, not a bool"


async def _awaited(test: Callable[[], object]) -> Tuple[bool, str]:
    """Calls the test on the running loop. Never raises: SystemExit would end the loop."""
    try:
        result = test()
        return _verdict(await result if isinstance(result, collections.abc.Awaitable) else result)
    except BaseException as error:  # the answer, whatever it is
        return False, _in_words(error)


class Test:
    """A test of the service's own, and where it is called: on the loop that was given; else on
    a thread of its own, which gets a loop once the test returns a coroutine."""

    def __init__(self, call: Callable[[], object], loop: Optional[asyncio.AbstractEventLoop]):
        self._call, self._loop = call, loop
        self._own_loop: Optional[asyncio.AbstractEventLoop] = None
        self._cancel: Callable[[], object] = lambda: None

    def ask(self) -> Tuple[bool, str]:
        try:
            if self._loop is not None:
                return self._ask_on(self._loop)
            result = self._call()
            if isinstance(result, collections.abc.Awaitable):
                return self._ask_alone(lambda: result)
            return _verdict(result)
        except BaseException as error:
            return False, _in_words(error)

    def _ask_on(self, loop: asyncio.AbstractEventLoop) -> Tuple[bool, str]:
        import asyncio

        asked = _awaited(self._call)
        try:
            answer = asyncio.run_coroutine_threadsafe(asked, loop)
        except RuntimeError:  # the loop is closed
            asked.close()
            raise
        self._cancel = lambda: loop.is_closed() or answer.cancel()
        return answer.result()

    def _ask_alone(self, call: Callable[[], object]) -> Tuple[bool, str]:
        import asyncio

        if self._own_loop is None:
            self._own_loop = asyncio.new_event_loop()
        loop, task = self._own_loop, self._own_loop.create_task(_awaited(call))
        self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
        return loop.run_until_complete(task)

    def cancel(self) -> None:
        """Ends an answer that is awaited. From any thread."""
        try:
            self._cancel()
        except RuntimeError:  # its loop is closed
            pass

    def close(self) -> None:
        """From the thread that asks."""
        if self._own_loop is not None:
            self._own_loop.close()


def keep_answering(owned: Owned, question: object, test: Test) -> None:
    while backend.await_question(question):
        backend.begin(question)
        success, why = test.ask()
        backend.answer(question, success, checked_reason(why))
    test.close()


_NO_TROUBLE = re.compile(r"heartbeat: \S+ is (healthy|starting)\b")


def writes_to(logger: logging.Logger) -> Callable[[str], object]:
    """Trouble is a warning; that it is over, which the library says with these words, is not,
    nor is a status that is no trouble."""

    def log(line: str) -> None:
        over = line.endswith((" again", " any more")) or _NO_TROUBLE.match(line)
        logger.log(logging.INFO if over else logging.WARNING, "%s", line)

    return log


def keep_logging(owned: Owned, log: Callable[[str], object]) -> None:
    while True:
        line = backend.next_line(owned.pointer)
        if line is None:
            return
        try:
            log(line)
        except Exception:
            sys.excepthook(*sys.exc_info())
