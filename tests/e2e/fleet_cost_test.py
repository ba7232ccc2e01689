"""What hostile documents cost a run over a fleet, beside valid ones of their size."""

import json
import os
import statistics

import pytest

from harness.probe import PATIENT
from harness.process import binary, clean_environment
from harness.skips import NO_STATIC, skip_unless
from harness.values import document
from harness.wall_clock import is_dynamic

SERVICES = 1_000
LARGE = 5
SIZE = 65_536
MOST_VALUES = 4_096  # of a document; the reader stops behind them
MOST = 2.0
MOST_WITH_EXPONENTS = 2.25  # it was 1.9 to 2.1 by processor time, and 1.6 to 1.9 by the clock
PAIRS = 11
TRIES = 10


def filled(name, text):
    """The document with so much text."""
    start = document("healthy", ttl_ms=600_000, interval_ms=300_000)[:-1] + f', "{name}": '
    return start + text(SIZE - len(start) - 1) + "}"


def string_of(size):
    return json.dumps("x" * (size - 2))


def members(one, size):
    """As many as there may be, of values of the same length."""
    count = MOST_VALUES - 10
    length = (size - 2) // count
    text = ",".join(one(number, length - 1) for number in range(count))
    return "{" + text + " " * (size - 2 - len(text)) + "}"


# The reader looks for checks in it, and finds none.
HOSTILE = {
    "long names": lambda size: members(lambda n, length: f'"{n:0{length - 4}}":1', size),
    "escaped names": lambda size: members(lambda n, length: f'"\\u00e9{n:04x}":1'.ljust(length), size),
    "numbers with exponents": lambda size: members(lambda n, length: f'"{n:x}":1.5e{n % 300}'.ljust(length), size),
}


def processor_seconds(environment):
    """Of `healthprobe --all`."""
    program = binary("healthprobe")
    child = os.posix_spawn(
        program, [program, "--all", "-o", "json"], environment,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )  # fmt: skip
    _, status, used = os.wait4(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0  # the hostile ones are read to their end, too
    return used.ru_utime + used.ru_stime


@pytest.mark.slow(6)
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_documents_cost_a_fleet_at_most_twice_as_much_as_valid_ones(client, redis_url, attempts, kind):
    skip_unless(not is_dynamic("healthprobe"), NO_STATIC)
    small = document("healthy", ttl_ms=600_000, interval_ms=300_000)
    for fleet, large in (("valid:", filled("note", string_of)), ("hostile:", filled("checks", HOSTILE[kind]))):
        assert len(large) == SIZE and json.loads(large)["status"] == "healthy"
        with client.pipeline(transaction=False) as pipe:
            for number in range(SERVICES):
                is_large = number % (SERVICES // LARGE) == 0
                pipe.psetex(f"{fleet}s{number}", 600_000, large if is_large else small)
                pipe.zadd(f"{fleet}:services", {f"s{number}": 1})
            pipe.execute()
    environments = [
        clean_environment(HEARTBEAT_REDIS_URL=redis_url, HEARTBEAT_PREFIX=prefix, **PATIENT)
        for prefix in ("valid:", "hostile:")
    ]

    def ratio():
        pairs = [[processor_seconds(one) for one in environments] for _ in range(PAIRS)]
        valid, hostile = (statistics.median(seconds) for seconds in zip(*pairs))
        print(f"{kind}: {hostile * 1000:.1f} ms, valid ones {valid * 1000:.1f} ms: {hostile / valid:.2f}")
        return hostile / valid

    most = MOST_WITH_EXPONENTS if kind == "numbers with exponents" else MOST
    assert attempts.until(lambda found: found <= most, ratio, TRIES) <= most
