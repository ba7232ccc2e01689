"""No answer of healthboard is older than a second and the time of one reading.

By name, with more requests: E2E_REQUESTS=1000 python3 run.py board_freshness_test.Freshness.test_random
"""

import json
import os
import random
import re
import threading
import time

from board_test import BoardCase
from harness import test

SLICE = 100  # requests in the default suite
TIMEOUT = 0.5  # of a reading
MAX_AGE = 1 + TIMEOUT
SLACK = 0.4  # for this machine: between the writer, Redis, healthboard and here
SHORT = json.dumps({"status": "healthy", "ttl_ms": 1000, "interval_ms": 500})


def in_threads(calls):
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Freshness(BoardCase):
    @test("an answer after long silence is never the one from before it", seconds=4)
    def test_silence(self):
        self.put("a", document=SHORT)
        self.start_board("a")
        self.assertEqual(self.get("/health/a")[0], 200)
        time.sleep(2)
        answers = []
        in_threads([lambda: answers.append(self.get("/health/a")[0])] * 20)
        self.assertEqual(answers, [503] * 20)

    @test("nor is it while Redis hangs", seconds=6)
    def test_hung(self):
        self.put("a")
        self.start_board("a", "--timeout", "2s")
        self.assertEqual(self.get("/health/a")[0], 200)
        time.sleep(1.1)
        self.redis.freeze()
        self.addCleanup(self.redis.thaw)
        answers = {}

        def ask(delay):
            time.sleep(delay)
            answers[delay] = self.get("/health/a")[0]

        in_threads([lambda delay=delay: ask(delay) for delay in (0, 0.05, 0.5, 0.9, 1.5, 2.5)])
        self.assertEqual(set(answers.values()), {503}, answers)

    @test("nor is it at random moments, with a Redis that stops now and then", seconds=40)
    def test_random(self):
        seed = int(os.environ.get("E2E_SEED", time.time()))
        self.random = random.Random(seed)
        self.ended = threading.Event()
        self.written, self.ages, self.without, self.stops, self.surprises = [], [], 0, 0, []
        self.write()
        self.start_board("a", "--timeout", f"{TIMEOUT}s")
        helpers = [threading.Thread(target=work) for work in (self.keep_writing, self.keep_stopping)]
        for thread in helpers:
            thread.start()
        left = int(os.environ.get("E2E_REQUESTS", SLICE))
        while left > 0:
            # Mostly busy, sometimes silent for longer than any answer may be old.
            time.sleep(self.random.choice((0, 0.01, 0.1, 0.3, self.random.uniform(1, 4))))
            burst = min(left, self.random.choice((1, 1, 2, 10)))
            in_threads([lambda: self.ask(self.random.uniform(0, 0.2))] * burst)
            left -= burst
        self.ended.set()
        for thread in helpers:
            thread.join()
        print(f"{len(self.ages)} answers, the oldest {max(self.ages):.3f} s; {self.without} without Redis, "
              f"which stopped {self.stops} times")
        self.assertLess(max(self.ages), MAX_AGE + SLACK, f"E2E_SEED={seed}")
        self.assertEqual(self.surprises, [])

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
        status, _, body = self.get("/health/a")
        now = time.monotonic()
        number = re.search(r"n=([0-9]+)", body)
        if status == 503 and number:
            # It was read before the next one was there.
            self.ages.append(max([now - at for at in self.written[int(number[1]) + 1 :][:1]], default=0))
        elif status == 503 and '"reason":"timeout"' in body:
            self.without += 1
        else:
            self.surprises.append((status, body))
