#!/usr/bin/env python3
"""Runs the tests on a Docker Engine: the machine's, or a private one (root).

run.py [PATTERN]...   all tests, or those whose name has a pattern in it (unittest's -k)

Exit status 0 passed, 1 failed, 77 where no engine can be had; in an automatic build
(CI=true) that is a failure as well. What the tests make in an engine they remove.
"""

import os
import signal
import sys
import time
import unittest

from harness.case import Case
from harness.engine import Unavailable, find_engine
from harness.images import PROJECT, Images
from harness.stack import Stack

SKIPPED = 77
CACHE = os.path.join(PROJECT, "build", "engine")


def say(text):
    print(f"engine: {text}", flush=True)


class Timed(unittest.TextTestResult):
    def startTest(self, test):
        self.began = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.stream.writeln(f"    {time.monotonic() - self.began:.1f} s")


def suite(patterns):
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{pattern}*" for pattern in patterns] or None
    return loader.discover(os.path.dirname(os.path.abspath(__file__)), "*_test.py")


def run(patterns):
    ends = []
    try:
        began = time.monotonic()
        engine = find_engine(os.path.join(CACHE, "docker"))
        ends.append(engine.stop)
        say("a dockerd of our own" if engine.private else "the engine of this machine")
        images = Images(engine, CACHE)
        ends.append(images.remove)
        images.build_all()
        say(f"images built in {time.monotonic() - began:.0f} s")
        stack = Stack(engine, images)
        ends.append(stack.down)
        stack.up()
        say(f"stack up after {time.monotonic() - began:.0f} s")
        Case.engine, Case.images, Case.stack = engine, images, stack
        result = unittest.TextTestRunner(verbosity=2, resultclass=Timed).run(suite(patterns))
        say(f"done after {time.monotonic() - began:.0f} s")
        return 0 if result.wasSuccessful() and result.testsRun else 1
    finally:
        for end in reversed(ends):
            end()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return run(sys.argv[1:])
    except Unavailable as reason:
        ci = os.environ.get("CI") == "true"
        say(f"{reason}{': a failure here (CI=true)' if ci else '; skipped'}")
        return 1 if ci else SKIPPED


if __name__ == "__main__":
    sys.exit(main())
