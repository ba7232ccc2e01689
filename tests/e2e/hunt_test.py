"""A hundred services at once, broken at random, and every face compared with what is really so.

HUNT_STEPS=10000 HUNT_SEED=7 pytest -m hunt -s hunt_test.py; `scripts/test hunt` does the first.
The wall clock of Redis stays as it is: clocks_test.py steps it.
"""

import os
import time

import pytest

from harness.skips import needs
from hunt.truth import (
    DEAD, FLEET_LIMIT, GONE, HANGS, HEALTHY_LIMIT, IN_ORDER, MIXED, PAUSED, REFUSES, UNCLEAR,
    UNHEALTHY_LIMIT, WORKS, YOUNG, History, Part, Redis, Wrong, judge, judge_fleet,
)  # fmt: skip
from hunt.world import LONG, ORDERS, WEATHER, WITH_ALL_WEATHER, Hunt, Stuck, kinds_missing

STEPS = int(os.environ.get("HUNT_STEPS", 500))
SERVICES = int(os.environ.get("HUNT_SERVICES", 100))
SECONDS_A_STEP = 0.5  # at most; a quiet machine takes a sixth of it


def history(condition, at=100.0, before=UNCLEAR):
    one = History(before)
    one.become(condition, at)
    return one


def redis(condition=IN_ORDER, at=50.0, emptied=0.0):
    return Redis(history(condition, at), [0.0, emptied])


@pytest.mark.parametrize(
    "verdict, condition, limit",
    [
        ("healthy", DEAD, HEALTHY_LIMIT),
        ("healthy", HANGS, HEALTHY_LIMIT),
        ("healthy", MIXED, HEALTHY_LIMIT),
        ("unhealthy", WORKS, UNHEALTHY_LIMIT),
        ("absent", WORKS, UNHEALTHY_LIMIT),
    ],
)
def test_an_answer_is_wrong_from_its_limit_on(verdict, condition, limit):
    begin = 100.0 + limit + 0.5
    found = judge(verdict, history(condition), redis(), begin, begin + 1)
    assert found == Wrong(found.kind, limit + 0.5, limit)
    assert judge(verdict, history(condition), redis(), 99.0, begin) is None, "it changed meanwhile"


@pytest.mark.parametrize(
    "verdict, condition",
    [
        ("healthy", WORKS), ("starting", DEAD), ("starting", WORKS), ("degraded", WORKS),
        ("unknown", WORKS), ("unknown", DEAD), ("unhealthy", DEAD), ("unhealthy", MIXED),
        ("absent", DEAD), ("healthy", UNCLEAR), ("unhealthy", UNCLEAR),
    ],
)  # fmt: skip
def test_any_other_answer_is_right(verdict, condition):
    assert judge(verdict, history(condition), redis(), 200.0, 200.1) is None


def test_a_disturbance_gives_a_working_service_new_time_and_a_dead_one_none():
    for condition, seconds in ((WORKS, 5.0), (DEAD, 105.0)):
        one = history(condition)
        one.become(condition, 200.0)
        verdict = "unhealthy" if condition == WORKS else "healthy"
        assert judge(verdict, one, redis(), 205.0, 206.0).seconds == seconds


def test_redis_in_trouble_excuses_only_faces_that_see_nothing_else():
    working = history(WORKS)
    for condition in (REFUSES, PAUSED, GONE, UNCLEAR):
        assert judge("unhealthy", working, redis(condition), 200.0, 200.1) is None
        assert judge("unhealthy", working, redis(condition), 200.0, 200.1, sees_file=True).seconds == 100.0
    assert judge("unhealthy", working, None, 200.0, 200.1).seconds == 100.0
    assert judge("unhealthy", working, redis(at=190.0), 200.0, 200.1).seconds == 10.0
    assert judge("unhealthy", working, redis(emptied=195.0), 200.0, 200.1).seconds == 5.0
    assert judge("healthy", history(DEAD), redis(PAUSED), 200.0, 200.1).seconds == 100.0


def paused(condition=PAUSED):
    """Redis takes commands from 99 to 104 and carries them out at 104."""
    weather = redis()
    for what, at in ((UNCLEAR, 98.9), (condition, 99.0), (IN_ORDER, 104.0)):
        weather.history.become(what, at)
    return weather


@pytest.mark.parametrize(
    "condition, at, weather, counts_from",
    [
        (DEAD, 98.8, paused(), 98.8),
        (DEAD, 98.9, paused(), 104.0),
        (DEAD, 99.0, paused(), 104.0),
        (DEAD, 103.9, paused(), 104.0),
        (DEAD, 104.0, paused(), 104.0),
        (DEAD, 104.1, paused(), 104.1),
        (DEAD, 100.0, paused(REFUSES), 100.0),
        (DEAD, 100.0, paused(GONE), 100.0),
        (DEAD, 100.0, redis(PAUSED), 100.0),
        (HANGS, 97.8, paused(), 97.8),
        (HANGS, 98.0, paused(), 104.0),
        (MIXED, 98.0, paused(), 104.0),
        (HANGS, 104.1, paused(), 104.1),
        (HANGS, 90.0, paused(REFUSES), 90.0),
        (MIXED, 90.0, paused(REFUSES), 104.0),
        (MIXED, 90.0, redis(REFUSES), 90.0),
    ],
)
def test_since_when_no_healthy_beat_can_arrive(
    condition, at, weather, counts_from
):
    found = judge("healthy", history(condition, at), weather, 110.0, 110.1)
    assert found.seconds == pytest.approx(110.0 - counts_from)
    assert judge("healthy", history(condition, at), weather, 110.0, 110.1, sees_file=True) == found
    assert judge("healthy", history(condition, at), None, 110.0, 110.1).seconds == pytest.approx(110.0 - at)
    part = Part(history(condition, at), silent_since=at)
    assert judge_fleet(True, [part], weather, 110.0, 110.1).seconds == found.seconds


def test_a_fleet_passes_only_without_a_dead_service():
    works, dead = Part(history(WORKS)), Part(history(DEAD), silent_since=100.0)
    assert judge_fleet(True, [works], redis(), 200.0, 200.1) is None
    found = judge_fleet(True, [works, dead], redis(), 200.0, 200.1)
    assert (found.seconds, found.limit) == (100.0, HEALTHY_LIMIT)
    left = Part(history(DEAD), silent_since=100.0, has_left=True)
    assert judge_fleet(True, [works, left], redis(), 200.0, 200.1) is None


def test_an_emptied_redis_forgets_the_silent_but_only_when_its_roster_is_old():
    parts = [Part(history(WORKS)), Part(history(DEAD), silent_since=100.0)]
    emptied = redis(emptied=150.0)
    assert judge_fleet(True, parts, emptied, 149.0 + YOUNG, 150.0 + YOUNG) is not None
    assert judge_fleet(True, parts, emptied, 151.0 + YOUNG, 152.0 + YOUNG) is None
    assert judge_fleet(True, parts, emptied, 160.0, 161.0, has_right_clocks=False) is None
    hangs = [Part(history(WORKS)), Part(history(DEAD))]
    assert judge_fleet(True, hangs, emptied, 300.0, 300.1) is not None


def test_a_working_fleet_fails_only_for_a_while():
    works = Part(history(WORKS))
    found = judge_fleet(False, [works], redis(), 200.0, 200.1)
    assert (found.seconds, found.limit) == (100.0, FLEET_LIMIT)
    for parts, condition in [
        ([works, Part(history(DEAD))], redis()),
        ([works, Part(history(WORKS), is_alone=False)], redis()),
        ([works], redis(REFUSES)),
        ([works], redis(emptied=190.0)),
    ]:
        assert judge_fleet(False, parts, condition, 200.0, 200.1) is None


def test_a_long_run_has_steps_of_every_kind():
    few = {"clock": 1, "second writer": 1, **dict.fromkeys((o for some in ORDERS.values() for o in some), 1)}
    weather = dict.fromkeys((f"Redis: {kind}" for kind in WEATHER), 1)

    def missing(steps, total, has_clocks=True):
        return kinds_missing({**steps, "start": total - sum(steps.values()) + steps.get("start", 0)}, has_clocks)

    assert missing({}, LONG - 1) == []
    assert "clock" in missing({}, LONG) and "clock" not in missing({}, LONG, has_clocks=False)
    assert missing(few, LONG) == []
    for kind in few.keys() - {"start"}:
        assert missing({**few, kind: 0}, LONG) == [kind]
    assert missing(few, WITH_ALL_WEATHER - 1) == []
    assert missing(few, WITH_ALL_WEATHER) == sorted(weather)
    assert missing({**few, **weather}, WITH_ALL_WEATHER) == []


@pytest.mark.hunt
@pytest.mark.timeout(300 + STEPS * SECONDS_A_STEP)
def test_no_face_is_wrong_for_longer_than_its_limit(start_redis, tmp_path, cleanup):
    seed = int(os.environ.get("HUNT_SEED", time.time()))
    print(f"\nhunt: seed {seed}, {STEPS} steps, {SERVICES} services", flush=True)
    errors = cleanup.enter_context(open(tmp_path / "errors", "w+b"))
    hunt = Hunt(str(tmp_path), start_redis(), seed, SERVICES, errors)
    began = time.monotonic()
    problems = []
    try:
        hunt.run(STEPS)
    except Stuck as error:
        problems.append(str(error))
    finally:
        hunt.end()
    report(hunt, time.monotonic() - began)
    errors.seek(0)
    problems += [*hunt.faces.errors, *hunt.referee.wrong, errors.read(4000).decode(errors="replace")]
    problems = [one for one in problems if one]
    if not problems:
        problems += [f"no step: {kind}" for kind in kinds_missing(hunt.steps, hunt.has_clocks)]
    assert not problems, f"repeat with HUNT_SEED={seed}\n" + "\n".join(problems)
    needs(hunt.has_clocks, "libfaketime: the clocks of services were not stepped")


def report(hunt, seconds):
    referee = hunt.referee
    print(f"steps: {hunt.steps.total()} in {seconds:.0f} s:",
          ", ".join(f"{count} {step}" for step, count in sorted(hunt.steps.items())))  # fmt: skip
    for face, count in sorted(referee.compared.items()):
        verdicts = ", ".join(f"{n} {verdict}" for (one, verdict), n in sorted(referee.verdicts.items())
                             if one == face)  # fmt: skip
        print(f"compared with {face}: {count} ({verdicts})")
    for (kind, face), longest in sorted(referee.longest.items()):
        print(f"longest {kind}: {longest:.2f} s by {face}")
    stalls = [late for _, late in hunt.lateness.stalls]
    print(f"this test ran late {len(stalls)} times, {sum(stalls):.2f} s in all, "
          f"{max(stalls, default=0):.2f} s at most; {referee.widened} answers were excused by it")  # fmt: skip
