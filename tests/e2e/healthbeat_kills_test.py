"""kill -9 of healthbeat or of the command at random moments: the probe never goes on saying healthy.

More moments: E2E_KILLS=200 pytest healthbeat_kills_test.py. E2E_SEED repeats a failure.
"""

import contextlib
import math
import os
import random
import time
from pathlib import Path

import pytest
from harness.jobs import wait_until_noticed
from harness.process import binary, clean_environment, finish, spawn

KILLS, AT_ONCE = 20, 20
LASTS = 0.4
INTERVAL = 0.2
AGE_LIMIT = 3 * INTERVAL


class DoomedJob:
    """A job that ends well after 0.4 s unless it is killed."""

    def __init__(self, name, redis_url, folder, chance):
        self.name = name
        self.done = folder / name
        self.kills_command = chance.random() < 0.5
        self.ends_at = time.monotonic() + chance.uniform(0, LASTS * 1.5)
        script = f"sleep {LASTS}; touch {self.done}"
        variables = {"HEARTBEAT_INTERVAL": f"{INTERVAL * 1000:g}ms", "HEARTBEAT_TTL": "2s"}
        self.process = spawn(
            [binary("healthbeat"), "run", name, "--", "sh", "-c", script],
            env=clean_environment(HEARTBEAT_REDIS_URL=redis_url, **variables),
        )

    def kill(self):
        """False: the command, which was to be killed, did not run."""
        if not self.kills_command:
            self.process.kill()
            return True
        for pid in children_of(self.process.pid):
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/comm").read_text() == "sh\n":
                    os.kill(pid, 9)
                    return True
        return False


def children_of(pid):
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def is_right(job, probe, document):
    """It has failed, or it had ended well and its last document was written."""
    found = probe(job.name)
    if found.exit == 1:
        return found.reason in ("unhealthy", "stale", "missing")
    return document(job.name).get("interval_ms") == 0 and job.done.exists()


@pytest.mark.timeout(600)
def test_a_killed_job_is_never_healthy_for_longer_than_its_age_limit(
    redis, probe, document, tmp_path
):
    seed = int(os.environ.get("E2E_SEED", time.time()))
    chance = random.Random(seed)
    left = int(os.environ.get("E2E_KILLS", KILLS))
    killed = number = 0
    while killed < left:
        with contextlib.ExitStack() as cleanup:
            jobs = []
            for _ in range(min(AT_ONCE, left - killed)):
                jobs.append(DoomedJob(f"job-{number}", redis.url, tmp_path, chance))
                cleanup.callback(finish, jobs[-1].process)
                number += 1
            for job in sorted(jobs, key=lambda job: job.ends_at):
                time.sleep(max(0, job.ends_at - time.monotonic()))
                killed += job.kill()
                job.killed_at = time.monotonic()
            for job in jobs:
                # After the kill of a command, healthbeat says so when it gets to run.
                wait_until_noticed(
                    lambda job=job: is_right(job, probe, document),
                    job.killed_at,
                    math.inf if job.kills_command else AGE_LIMIT,
                    f"{job.name} is not healthy (E2E_SEED={seed}): {probe(job.name).stdout}",
                )
                # And it stays so.
                job.process.wait(60)
                assert is_right(job, probe, document), f"E2E_SEED={seed}: {probe(job.name).stdout}"
