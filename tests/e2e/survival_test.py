"""What the library lives through: after each it beats again within an interval."""

import signal
import time

import pytest

from harness.waiting import wait_until

pytestmark = pytest.mark.any_probe


@pytest.mark.slow(5)
@pytest.mark.parametrize(
    "scheme",
    [
        pytest.param("redis", marks=pytest.mark.own_redis(tcp=True)),
        pytest.param("unix", marks=pytest.mark.own_redis),
    ],
)
def test_beats_go_on_after_a_restart_of_redis(beats, redis, scheme):
    assert redis.url.startswith(f"{scheme}://")
    service = beats.start()
    before = beats.sequence()
    redis.stop()
    redis.start()
    beats.wait_for_next(before)
    beats.assert_undisturbed(service)


@pytest.mark.slow(35)
@pytest.mark.own_redis(tcp=True)
def test_beats_go_on_after_redis_hung_for_half_a_minute(beats, redis, probe):
    service = beats.start()
    before = beats.sequence()
    redis.freeze()
    time.sleep(30)
    assert "heartbeat:" in service.output
    redis.thaw()
    beats.wait_for_next(before)
    # Not those of the outage, one after the other.
    assert probe("ingestion").found == (0, "healthy", "healthy")
    beats.assert_undisturbed(service)
    assert beats.document()["writer"]["failed_writes"] > 0


@pytest.mark.slow(5)
@pytest.mark.own_redis(tcp=True)
def test_beats_go_on_after_all_connections_are_killed_again_and_again(beats, redis):
    service = beats.start()
    for _ in range(3):
        before = beats.sequence()
        redis.kill_connections()
        beats.wait_for_next(before)
    wait_until(lambda: beats.document()["writer"]["reconnects"] == 3, 60, "each is counted")
    assert beats.document()["writer"]["failed_writes"] == 0
    assert "heartbeat:" not in service.output
    beats.assert_undisturbed(service)


@pytest.mark.own_redis(tcp=True)
def test_a_clean_stop_is_known_although_redis_closed_the_connection_before(beats, redis):
    service = beats.start()
    redis.kill_connections()
    service.signal(signal.SIGTERM)
    service.wait(60)
    assert beats.document()["reason"] == "stopped"
