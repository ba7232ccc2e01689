"""Trouble with processes and with Redis, by the engine's own word."""

import datetime
import re
import time

from harness.stack import INTERVAL, SERVICES, live
from harness.waiting import assert_line

OUTAGE = 60  # seconds


def test_a_hung_loop_is_unhealthy_though_its_thread_beats(stack, watch, cleanup):
    cleanup(stack.tell, "ingestion", "resume")
    stack.tell("ingestion", "hang")
    stack.tell("ingestion", "advance", "61s")
    line = watch.wait_for_line("ingestion", "ticks_received", "ago, limit 60s", "(critical")
    assert_line(line, "ingestion unhealthy [unhealthy]")


def test_a_frozen_process_is_stale(stack, watch, cleanup):
    cleanup(stack.signal, "worker-1", "CONT")
    stack.signal("worker-1", "STOP")
    line = watch.wait_for_line("worker-1", "[stale]")
    assert_line(line, "worker-1 unhealthy [stale]: last beat ", "s ago, limit 6s")


def test_a_killed_process_is_neither_running_nor_healthy(stack, watch, cleanup):
    cleanup(stack.start, "worker-2")
    stack.signal("worker-2", "KILL")
    watch.wait_until(lambda: stack.inspect("worker-2")["State"]["Status"] == "exited", "it ends")
    assert stack.health("worker-2")[0] == "unhealthy"
    seen = watch.wait_until(
        lambda: (found := stack.look("worker-2")).returncode == 1 and found, "it is seen"
    )
    assert re.search(r"worker-2 unhealthy \[(stale|missing)\]: ", seen.stdout)


def test_a_stopped_service_says_that_it_was_stopped(stack, cleanup):
    cleanup(stack.start, "worker-3")
    stack.stop("worker-3")
    seen = stack.look("worker-3")
    assert seen.returncode == 1
    # On a busy machine the last words are stale by then.
    assert re.search(r"worker-3 unhealthy \[(unhealthy|stale)\]: .*stopped", seen.stdout), seen


def test_a_paused_redis_is_a_timeout(stack, watch, cleanup):
    cleanup(stack.unpause, "redis")
    stack.pause("redis")
    for service in SERVICES:
        line = watch.wait_for_line(service, "[timeout]")
        assert_line(line, f"{service} unknown [timeout]: ", "redis:6379", "2s")


def test_a_minute_without_redis(stack, watch, cleanup):
    lives = [live(service) for service in SERVICES]
    cleanup(stack.remove, *lives)
    stack.start_live()
    watch.wait_for("healthy", lives)

    cleanup(stack.start, "redis")
    stack.stop("redis")
    end = time.monotonic() + OUTAGE
    seen = set()
    while time.monotonic() < end:
        seen |= set(stack.statuses(lives).values())
        time.sleep(INTERVAL)
    assert seen == {"healthy"}, "what liveness checks made of it"
    for service in SERVICES:
        assert stack.health(service)[0] == "unhealthy"
        line = stack.last_line(service)
        # The engine forgets the name of a container that is stopped, and so cannot
        # say where it is; one that listens no more is unreachable.
        assert re.search(rf"^{service} unknown \[(dns|unreachable)\]: ", line)
        assert_line(line, "redis")

    stack.start("redis")
    watch.wait_until(stack.ping_redis, "Redis answers", every=0.05)
    answering = datetime.datetime.now(datetime.timezone.utc)
    watch.wait_for("healthy")
    # A lookup that began while the name was unknown may delay the first beat by a few checks.
    for service in SERVICES:
        assert checks_until_success(stack, service, answering) <= 5, service
    watch.wait_for("healthy", lives)


def moment(text):
    """RFC 3339 as Docker writes it, nanoseconds and all."""
    date, _, rest = text.partition(".")
    if not rest:
        date, rest = text.rstrip("Z"), "0Z"
    fraction = rest.rstrip("Z").split("+")[0][:6].ljust(6, "0")
    offset = rest[rest.index("+") :] if "+" in rest else "+00:00"
    return datetime.datetime.fromisoformat(f"{date}.{fraction}{offset}")


def checks_until_success(stack, service, since):
    """Of the checks that began when Redis was there again, which first succeeded?"""
    later = [check for check in stack.health(service)[1] if moment(check["Start"]) > since]
    outcomes = [check["ExitCode"] for check in later]
    return outcomes.index(0) + 1 if 0 in outcomes else len(outcomes) + 1
