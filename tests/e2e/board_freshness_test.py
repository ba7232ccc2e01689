"""No answer of healthboard is older than a second and the time of one reading.

With more requests: E2E_REQUESTS=1000 pytest -k random_moments
"""

import json
import os
import random
import re
import threading
import time

import pytest

from harness.waiting import wait_until

SLICE = 100  # requests in each run
TIMEOUT = 0.5  # of a reading
MAX_AGE = 1 + TIMEOUT
SLACK = 1.5  # for this machine: between the writer, Redis, healthboard and here


def in_threads(calls):
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Readings:
    """Documents that are written, a Redis that stops now and then, and how old the answers are."""

    def __init__(self, board, redis, client):
        self.board, self.redis, self.client = board, redis, client
        self.ended = threading.Event()
        self.written, self.ages, self.without, self.stops, self.surprises = [], [], 0, 0, []

    def write(self):
        """A numbered document; each time is one at which Redis has it for certain."""
        document = {"status": "unhealthy", "ttl_ms": 60_000, "interval_ms": 30_000,
                    "reason": f"n={len(self.written)}"}  # fmt: skip
        self.client.setex("health:a", 60, json.dumps(document))
        self.written.append(time.monotonic())

    def keep_writing(self):
        while not self.ended.wait(0.01):
            self.write()

    def keep_stopping(self):
        dice = random.Random(1)
        while not self.ended.wait(dice.uniform(1, 5)):
            self.redis.freeze()
            self.stops += 1
            time.sleep(dice.choice((0.2, 0.4, 0.8, 2)))
            self.redis.thaw()

    def ask(self, delay):
        time.sleep(delay)
        asked = time.monotonic()
        status, _, body = self.board.get("/health/a")
        number = re.search(r"n=([0-9]+)", body)
        if status == 503 and number:
            # It was read before the next one was there. What passed since it was asked for is
            # this machine's.
            following = self.written[int(number[1]) + 1 :][:1]
            self.ages.append(max([asked - at for at in following], default=0))
        elif status == 503 and '"reason":"timeout"' in body:
            self.without += 1
        else:
            self.surprises.append((status, body))


def test_an_answer_after_long_silence_is_not_the_one_from_before(board, client):
    board.put("a")
    board.start("a")
    assert board.get("/health/a")[0] == 200
    client.delete("health:a")
    time.sleep(2)
    answers = []
    in_threads([lambda: answers.append(board.get("/health/a")[0])] * 20)
    assert answers == [503] * 20


@pytest.mark.slow(6)
@pytest.mark.own_redis
def test_no_answer_is_old_while_redis_hangs(board, cleanup, redis):
    board.put("a")
    board.start("a", "--timeout", "2s")
    wait_until(lambda: board.get("/health/a")[0] == 200, 60, "Redis is read")
    redis.freeze()
    time.sleep(1.5)  # an answer of the last second is not old
    cleanup.callback(redis.thaw)
    answers = {}

    def ask(delay):
        time.sleep(delay)
        answers[delay] = board.get("/health/a")[0]

    in_threads([lambda delay=delay: ask(delay) for delay in (0, 0.05, 0.5, 0.9, 1.5, 2.5)])
    assert set(answers.values()) == {503}, answers


@pytest.mark.slow(40)
@pytest.mark.own_redis
def test_no_answer_is_old_at_random_moments_with_a_redis_that_stops(board, redis, client):
    seed = int(os.environ.get("E2E_SEED", time.time()))
    dice = random.Random(seed)
    readings = Readings(board, redis, client)
    readings.write()
    board.start("a", "--timeout", f"{TIMEOUT}s")
    work = (readings.keep_writing, readings.keep_stopping)
    helpers = [threading.Thread(target=one) for one in work]
    for thread in helpers:
        thread.start()
    left = int(os.environ.get("E2E_REQUESTS", SLICE))
    while left > 0:
        # Mostly busy, sometimes silent for longer than any answer may be old.
        time.sleep(dice.choice((0, 0.01, 0.1, 0.3, dice.uniform(1, 4))))
        burst = min(left, dice.choice((1, 1, 2, 10)))
        in_threads([lambda: readings.ask(dice.uniform(0, 0.2))] * burst)
        left -= burst
    readings.ended.set()
    for thread in helpers:
        thread.join()
    print(f"{len(readings.ages)} answers, the oldest {max(readings.ages):.3f} s; "
          f"{readings.without} without Redis, which stopped {readings.stops} times")  # fmt: skip
    assert max(readings.ages) < MAX_AGE + SLACK, f"E2E_SEED={seed}"
    assert readings.surprises == []
