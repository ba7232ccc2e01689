"""What Redis and the probe show of a process that hangs, dies, ends or runs twice."""

import datetime
import re
import signal
import socket
import time

import pytest

from harness.waiting import wait_until

LIMIT = 10.0  # of snapshots_received
UNHEALTHY = (1, "unhealthy", "unhealthy")


def unix_time(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


# --- A main loop that hangs -------------------------------------------------------


@pytest.mark.slow(18)
def test_a_hung_main_loop_is_unhealthy_within_1_s_of_the_limit_while_it_still_beats(
    document, probe, start_service, wait_for_status, assert_healthy, attempts
):
    name = "depth-collector"
    service = start_service(name, HEARTBEAT_INTERVAL="2s")
    wait_for_status(name, "healthy")

    def silence_until_unhealthy():
        """The seconds; the service hangs then."""
        service.tell("resume")
        wait_for_status(name, "healthy")
        service.tell("hang")
        before = last = document(name)
        while (shown := document(name))["status"] == "healthy":
            last = shown
            assert time.time() - unix_time(last["last_activity"]) < LIMIT + 30
            time.sleep(0.02)
        silence = time.time() - unix_time(last["last_activity"])
        # The last activity may be a write, a little after the last snapshot, and more on a busy machine.
        assert silence > LIMIT - 2
        assert last["sequence"] >= before["sequence"] + 2
        return silence

    at_most = LIMIT + 1
    silence = attempts.until(lambda found: found < at_most, silence_until_unhealthy, times=5)
    assert silence < at_most

    found = probe(name)
    assert found.found == UNHEALTHY, found
    assert "snapshots_received" in found.text
    sequence = document(name)["sequence"]
    wait_until(lambda: document(name)["sequence"] >= sequence + 2, 60, "beats go on")
    assert document(name)["status"] == "unhealthy"

    service.tell("resume")
    wait_for_status(name, "healthy")
    assert_healthy(name)


# --- One that is killed -------------------------------------------------------------


@pytest.fixture
def assert_found_dead(probe, start_service, wait_for_status, assert_healthy):
    """A killed service is not healthy after three intervals; the probe's answer is returned."""

    def check(interval, reasons, **variables):
        service = start_service("ingestion", **variables)
        wait_for_status("ingestion", "healthy")
        assert_healthy("ingestion")
        service.kill()
        killed = time.monotonic()
        while True:
            asked = time.monotonic() - killed
            found = probe("ingestion")
            if found.exit != 0:
                break
            # Redis may have taken the last beat a little after its writer was killed.
            assert asked <= 3 * interval + 1, "a dead service passes for alive"
            time.sleep(0.05)
        assert found.verdict == "unhealthy", found
        assert found.reason in reasons
        # It was fresh when it was killed: two intervals at least are left to it.
        assert time.monotonic() - killed > 2 * interval - 1
        return found

    return check


@pytest.mark.slow(30)
def test_a_killed_service_is_stale_within_three_intervals_the_default_ones(assert_found_dead):
    found = assert_found_dead(10, ["stale"])
    assert re.search(r"^last beat 3\d.*ago, limit 30s", found.text)


def test_a_killed_service_is_stale_and_then_missing(assert_found_dead, probe, one_liner):
    quick = {"HEARTBEAT_INTERVAL": "1s", "HEARTBEAT_TTL": "4s"}
    assert_found_dead(1, ["stale", "missing"], **quick)
    wait_until(lambda: probe("ingestion").reason == "missing", 60, "missing")
    assert probe("ingestion").found == (1, "unhealthy", "missing")
    assert one_liner("ingestion") == 1


# --- One that ends --------------------------------------------------------------------


@pytest.fixture
def service(start_service, wait_for_status):
    one = start_service("ingestion")
    wait_for_status("ingestion", "healthy")
    return one


def test_after_kill_9_the_beat_of_the_dead_process_is_not_own_at_once(service, probe):
    found = probe("ingestion", "--own", "--explain")
    assert found.exit == 0, found
    assert "which still runs" in found.stdout
    service.kill()
    assert probe("ingestion").exit == 0  # the beat is fresh
    found = probe("ingestion", "--own", "--degraded-ok", "--on-redis-error", "pass")
    assert found.found == (1, "unhealthy", "foreign-host"), found
    assert re.fullmatch(r"written by process \d+, which has ended", found.text)


def end(service, number=signal.SIGTERM):
    began = time.monotonic()
    service.signal(number)
    assert service.wait(60) == 0, service.output
    assert time.monotonic() - began < 15  # with a sanitizer, on a busy machine


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_last_words_of_a_service_that_ends_are_unhealthy_stopped(
    service, document, probe, one_liner, number
):
    end(service, number)
    last = document("ingestion")
    assert (last["status"], last["reason"]) == ("unhealthy", "stopped")
    found = probe("ingestion")
    assert found.found == UNHEALTHY, found
    assert found.text.startswith("stopped"), found
    assert one_liner("ingestion") == 1


@pytest.mark.own_redis
def test_a_service_ends_promptly_while_redis_hangs(service, redis):
    redis.freeze()
    end(service)


@pytest.mark.own_redis
def test_a_service_ends_promptly_when_redis_is_gone(service, redis):
    redis.stop()
    end(service)


# --- Two of one name --------------------------------------------------------------------


def writers(document, seconds):
    """Who wrote in this time, each with beats of a rising sequence and nothing worse."""
    seen = {}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        shown = document("ingestion")
        if shown.get("status") in ("healthy", "degraded"):
            sequence = seen.setdefault(shown["instance"]["id"], [])
            if shown["sequence"] not in sequence:
                sequence.append(shown["sequence"])
        time.sleep(0.02)
    for sequence in seen.values():
        assert sequence == sorted(sequence)
    return {writer: sequence for writer, sequence in seen.items() if len(sequence) > 1}


@pytest.mark.slow(20)
def test_two_of_one_name_both_say_so_and_name_each_other_until_one_dies(
    document, probe, start_service, wait_for_status, assert_healthy
):
    # Of one interval, one of them could show for a few milliseconds only.
    first, second = (
        start_service("ingestion", tag=every, HEARTBEAT_INTERVAL=every, HEARTBEAT_TTL="4s")
        for every in ("1s", "1400ms")
    )

    def is_named(other):
        """The probe says that this process writes, too."""
        found = probe("ingestion")
        assert found.found == (1, "degraded", "degraded"), found
        return found.text.endswith(
            f"another process writes the same key: host {socket.gethostname()}, pid {other.process.pid}"
        )

    wait_until(lambda: len(writers(document, 4)) == 2, 60, "two that write")
    assert len(writers(document, 8)) == 2
    for other in (first, second):
        wait_until(lambda: is_named(other), 60, "each is named by the other")

    first.kill()
    end = time.monotonic() + 8  # two TTLs
    while time.monotonic() < end:
        found = probe("ingestion")
        assert found.verdict in ("degraded", "healthy"), found
        time.sleep(0.1)
    wait_for_status("ingestion", "healthy")
    assert_healthy("ingestion")
    assert document("ingestion")["instance"]["pid"] == second.process.pid


@pytest.mark.slow(6)
def test_a_restart_that_starts_the_new_one_first_warns_and_is_never_unhealthy(
    document, probe, start_service, wait_for_status, assert_healthy
):
    def warns():
        found = probe("ingestion")
        assert found.verdict in ("degraded", "healthy", "starting"), found
        return found.verdict == "degraded"

    old = start_service("ingestion", tag="-old", HEARTBEAT_INTERVAL="1s")
    wait_for_status("ingestion", "healthy")
    new = start_service("ingestion", tag="-new", HEARTBEAT_INTERVAL="1s")
    wait_until(warns, 60, "a warning")
    wait_until(lambda: "is also written by" in new.output, 60, "the new one's warning")
    old.process.terminate()
    old.wait(60)

    def has_ended():
        warns()  # it is not unhealthy
        return "has no other writer any more" in new.output

    wait_until(has_ended, 60, "the end of the warning")
    wait_for_status("ingestion", "healthy")
    assert_healthy("ingestion")
    assert document("ingestion")["instance"]["pid"] == new.process.pid
