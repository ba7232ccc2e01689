"""The library behind sentinels: it follows the master."""

import pytest

from harness.beats import Beats
from harness.sentinels import NAME
from harness.waiting import wait_until

DATA = "d4-Data-Secret"

pytestmark = pytest.mark.any_probe


@pytest.fixture
def beats(start_service):
    """Its node is the master."""
    return Beats(start_service, None)


@pytest.fixture
def assert_beats_to_the_next_master(beats, ask_sentinels):
    """`end` ends the master; the service is returned."""

    def check(group, end, login=""):
        beats.node = old = group.master()
        service = beats.start(group.url(login))
        end(old)
        beats.node = group.wait_for_new_master(old)
        beats.wait_for_next()
        beats.assert_undisturbed(service)
        ask_sentinels.assert_healthy(group.url(login))
        return service

    return check


@pytest.mark.slow(12)
def test_beats_go_to_the_next_master_after_the_old_one_is_killed(
    beats, start_sentinels, assert_beats_to_the_next_master
):
    group = start_sentinels(replicas=2)
    service = assert_beats_to_the_next_master(group, lambda master: master.stop())
    assert beats.document()["writer"]["failed_writes"] > 0
    wait_until(lambda: "accepts beats again" in service.output, 60, "it says so")


@pytest.mark.slow(12)
def test_beats_go_to_the_next_master_while_the_old_one_hangs(
    start_sentinels, assert_beats_to_the_next_master
):
    group = start_sentinels(password=DATA)
    assert_beats_to_the_next_master(group, lambda master: master.freeze(), f":{DATA}@")


@pytest.mark.slow(20)
def test_a_master_that_is_made_a_replica_is_left(beats, start_sentinels):
    group = start_sentinels()
    beats.node = old = group.master()
    service = beats.start(group.url())
    group.ask(group.sentinels[0], "SENTINEL", "FAILOVER", NAME)
    beats.node = group.wait_for_new_master(old)
    # Until the sentinels have told it, the old one takes writes as before.
    wait_until(lambda: group.role(old) == "slave", 60, "the old one obeys")
    beats.wait_for_next()
    beats.assert_undisturbed(service)


@pytest.mark.slow(8)
def test_a_service_waits_for_sentinels_that_come_up_later(beats, start_sentinels, start_service):
    group = start_sentinels()
    beats.node = group.master()
    for sentinel in group.sentinels:
        sentinel.freeze()
    service = start_service("ingestion", group.url(), HEARTBEAT_INTERVAL="1s")
    wait_until(lambda: "heartbeat:" in service.output, 60, "it complains")
    assert beats.sequence() == 0
    for sentinel in group.sentinels:
        sentinel.thaw()
    beats.wait_for_next(0)
    beats.assert_undisturbed(service)
