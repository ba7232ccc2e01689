"""A fleet whose time runs out: what was judged until then is shown, and nobody is blamed wrongly."""

import json
import os
import re
import time

import pytest

from harness.fake_redis import FakeRedis, silence

HEALTHY = json.dumps({"status": "healthy"})
# Dear to read for its size, which is small: the probe looks at its clock between two documents.
DEAR = json.dumps({"status": "healthy", "note": "\u00e9", **{f"{n:x}": None for n in range(600)}})
SERVICES = 300 if "E2E_SANITIZED" in os.environ else 2_000
SELF = r"not read within [\d.]+m?s: this machine took \S+ to judge the other documents"
NOBODY = r"\S+: not all answers were read within [\d.]+m?s"


def array(*words):
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def rows(answer):
    return {one["service"]: (one["verdict"], one["reason"]) for one in map(json.loads, answer.stdout.splitlines())}


class FirstTwo:
    """Answers two documents, and then nothing more."""

    def __init__(self):
        self.answered = 0

    def __call__(self, peer):
        self.answered += 1
        if self.answered > 2:
            silence(peer)
        peer.send(b"$%d\r\n%s\r\n" % (len(HEALTHY), HEALTHY.encode()))


@pytest.mark.slow(10)
def test_a_redis_that_falls_silent_costs_only_the_verdicts_that_it_did_not_answer(probe, cleanup, attempts):
    names = (b"a", b"b", b"c", b"d")

    def ask():
        fake = FakeRedis({"ZRANGE": array(*(word for name in names for word in (name, b"1"))), "GETRANGE": FirstTwo()})
        cleanup.callback(fake.stop)
        return fake, probe("--all", "-t", "10s", "-o", "json", redis_url=fake.url)

    # Where it does not run for a moment after its limit, it only has the time to say so.
    fake, found = attempts.until(lambda asked: "*" not in rows(asked[1]), ask, 3)
    assert found.exit == 1
    assert rows(found) == {
        "a": ("healthy", "healthy"), "b": ("healthy", "healthy"),
        "c": ("unknown", "timeout"), "d": ("unknown", "timeout"),
    }  # fmt: skip
    assert found.stdout.count(f"127.0.0.1:{fake.port}: no answer to GETRANGE within 10s") == 2, found


def test_a_machine_that_is_too_slow_for_its_fleet_does_not_blame_redis(client, probe, attempts):
    names = [f"s{number:04}" for number in range(SERVICES)]
    with client.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.setex(f"health:{name}", 3600, DEAR)
        pipe.zadd("health::services", dict.fromkeys(names, time.time()))
        pipe.execute()

    def ask():
        """In half the time that all of them take at this moment."""
        return probe("--all", "-t", f"{int(probe('--all').seconds * 500)}ms")

    def is_amid(answer):
        return answer.exit == 1 and "more healthy" in answer.stdout

    # A machine so busy that nothing runs for a while says so in its own words.
    found = attempts.until(is_amid, ask, 20)
    assert found.exit == 1
    assert re.match(rf"s\d+ unknown \[timeout\]: ({SELF}|{NOBODY})\n", found.stdout), found
    assert "no answer" not in found.stdout
    healthy = re.search(r"(\d+) more healthy", found.stdout)
    assert healthy and 0 < int(healthy[1]) < SERVICES, found
