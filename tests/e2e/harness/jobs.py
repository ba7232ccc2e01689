"""Commands under healthbeat run."""

import pytest

from harness.process import binary, clean_environment, finish_group, spawn

# Stale after 3 s: a busy machine holds no beat up for so long.
QUICK = {"HEARTBEAT_INTERVAL": "1s", "HEARTBEAT_TTL": "60s"}


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
