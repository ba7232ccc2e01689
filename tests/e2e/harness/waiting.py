"""Waiting for something to become true."""

import time


def wait_until(condition, within, what, every=0.05):
    """Polls until the condition returns something true; the seconds that took.

    The last look begins after the limit: a machine that stood still meanwhile is no reason to fail.
    A look that takes long, such as a program that is run, keeps the processors busy half of the time at most.
    """
    started = time.monotonic()
    while True:
        looked = time.monotonic()
        if condition():
            return time.monotonic() - started
        assert looked - started <= within, f"not within {within:g} s: {what}"
        time.sleep(max(every, time.monotonic() - looked))
