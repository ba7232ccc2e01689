"""A fleet whose time runs out: what was judged until then is shown, and nobody is blamed wrongly."""

import json
import re
import time

import pytest

from harness.fake_redis import FakeRedis, silence

HEALTHY = json.dumps({"status": "healthy"})
# Dear to read for its size, which is small: the probe looks at its clock between two documents.
DEAR = json.dumps({"status": "healthy", "note": "\u00e9", **{f"{n:x}": None for n in range(600)}})
SERVICES = 2_000
SELF = r"not read within [\d.]+m?s: this machine took \S+ to judge the other documents"
NOBODY = r"\S+: not all answers were read within [\d.]+m?s"


def array(*words):
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def reasons(answer):
    """Of each service that is shown, and the number of healthy ones."""
    lines = list(map(json.loads, answer.stdout.splitlines()))
    shown = {one["service"]: one["reason"] for one in lines if "service" in one}
    omitted = sum(one["omitted"]["healthy"] for one in lines if "omitted" in one)
    return shown, omitted + list(shown.values()).count("healthy")


class First:
    """Answers so many documents, and then nothing more."""

    def __init__(self, count):
        self.count = count
        self.answered = 0

    def __call__(self, peer):
        self.answered += 1
        if self.answered > self.count:
            silence(peer)
        peer.send(b"$%d\r\n%s\r\n" % (len(HEALTHY), HEALTHY.encode()))


@pytest.mark.unsanitized
@pytest.mark.slow(10)
@pytest.mark.parametrize("answered", [2, 1_001])  # the probe sends a thousand commands at a time
def test_a_redis_that_falls_silent_costs_only_the_verdicts_that_it_did_not_answer(probe, cleanup, attempts, answered):
    names = [b"s%04d" % number for number in range(answered + 2)]

    def ask():
        listing = array(*(word for name in names for word in (name, b"1")))
        fake = FakeRedis({"ZRANGE": listing, "GETRANGE": First(answered)})
        cleanup.callback(fake.stop)
        return fake, probe("--all", "-t", "10s", "-o", "json", redis_url=fake.url)

    # If the machine does not run it for a moment after its limit, the watchdog answers for all, as `*`.
    fake, found = attempts.until(lambda asked: "*" not in reasons(asked[1])[0], ask, 5)
    assert found.exit == 1
    shown, healthy = reasons(found)
    late = [name.decode() for name in names[answered:]]
    assert healthy == answered, found.stdout[-1000:]
    assert {name for name, reason in shown.items() if reason == "timeout"} == set(late)
    assert found.stdout.count(f"127.0.0.1:{fake.port}: no answer to GETRANGE within 10s") == 2, found


@pytest.mark.unsanitized
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
