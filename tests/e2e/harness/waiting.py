"""Waiting for something to become true."""

import time


def wait_until(condition, within, what, every=0.05):
    """Polls until the condition returns something true; the seconds that took."""
    started = time.monotonic()
    while True:
        value = condition()
        passed = time.monotonic() - started
        if value:
            return passed
        assert passed <= within, f"not within {within:g} s: {what}"
        time.sleep(every)
