"""Waiting for something to become true."""

import time


def wait_until(condition, within, what, every=0.05):
    """Polls until the condition returns something true; the seconds that took.

    The last look begins after the limit: a machine that stood still meanwhile is no reason to fail.
    """
    started = time.monotonic()
    while True:
        is_last = time.monotonic() - started > within
        if condition():
            return time.monotonic() - started
        assert not is_last, f"not within {within:g} s: {what}"
        time.sleep(every)
