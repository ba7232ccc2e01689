"""succeeds() asks by the clock of the beat, so that a test can move it."""

import threading
import time

import pytest

from heartbeat import CRITICAL, Clock, Heartbeat, Status


def eventually(holds):
    until = time.monotonic() + 60
    while not holds() and time.monotonic() < until:
        time.sleep(0.01)
    return holds()


@pytest.fixture
def clock():
    return Clock.stopped()


@pytest.fixture
def beat(clock):
    with Heartbeat("s", redis_url="none", clock=clock, log=None) as beat:
        yield beat


def test_a_test_is_called_again_when_the_clock_was_moved(beat, clock):
    answers = []

    def test():
        answers.append(len(answers) != 1)
        return answers[-1]

    beat.check("db", CRITICAL, beat.succeeds(test, every=0.05))
    beat.start()
    assert eventually(lambda: beat.judge().status == Status.HEALTHY)
    time.sleep(0.2)  # of the machine's time, which does not count
    assert answers == [True]
    clock.advance(0.05)
    assert eventually(lambda: beat.judge().status == Status.UNHEALTHY)
    assert answers == [True, False]
    clock.advance(0.05)
    assert eventually(lambda: beat.judge().status == Status.HEALTHY)


def test_the_limit_too_is_of_that_clock(beat, clock):
    entered, leave = threading.Event(), threading.Event()

    def test():
        entered.set()
        return leave.wait(60)

    beat.check("db", CRITICAL, beat.succeeds(test, limit=5))
    beat.start()
    assert entered.wait(60)
    clock.advance(4.999)
    assert beat.judge().status == Status.STARTING
    clock.advance(0.001)
    assert beat.judge().reason.startswith("db no answer for 5s")
    leave.set()
    assert eventually(lambda: beat.judge().status == Status.HEALTHY)
