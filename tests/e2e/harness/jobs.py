"""Commands under healthbeat run."""

import time

import pytest

from harness.process import binary, clean_environment, finish_group, spawn
from harness.waiting import wait_until

# Stale after 3 s: a busy machine holds no beat up for so long.
QUICK = {"HEARTBEAT_INTERVAL": "1s", "HEARTBEAT_TTL": "60s"}
QUICK_AGE_LIMIT = 3.0
SLACK = 2.0


def wait_until_noticed(is_noticed, killed_at, age_limit, what):
    """Waits for that. No look that begins later than the age limit, and 2 s, after the kill may find nothing.

    It counts when a look began, and not when it ended, so a busy machine does not fail the test.
    """
    last_without = killed_at

    def look():
        nonlocal last_without
        began = time.monotonic()
        found = is_noticed()
        if not found:
            last_without = began
        return found

    wait_until(look, 60, what)
    assert last_without - killed_at <= age_limit + SLACK, what


@pytest.fixture
def start_watched(redis, cleanup):
    """start_watched(OPTION..., command=WORDS, name=NAME, variables={}): runs it until the test ends."""

    def start(*arguments, command, name="job", variables=None, **options):
        words = [binary("healthbeat"), "run", *arguments, name, "--", *command]
        environment = clean_environment(
            HEARTBEAT_REDIS_URL=redis.url, **QUICK, HEALTHBEAT=binary("healthbeat"), **(variables or {})
        )
        process = spawn(words, env=environment, start_new_session=True, **options)
        cleanup.callback(finish_group, process)
        return process

    return start
