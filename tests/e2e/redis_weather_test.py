"""Redis goes away, hangs, forgets and refuses: the probe says so, the services come back."""

import time

import pytest

from harness.waiting import wait_until

ALL = ("ingestion", "worker-1", "worker-2", "worker-3", "depth-collector", "signal-generator")
QUICK = {"HEARTBEAT_INTERVAL": "2s", "HEARTBEAT_TTL": "10s"}
INTERVAL = 2.0
NOISE = 2.0  # seconds that this machine may add


@pytest.fixture
def start_all(start_service, wait_for_status):
    """All six services."""

    def start(**variables):
        for service in ALL:
            start_service(service, **variables)
        for service in ALL:
            wait_for_status(service, "healthy")

    return start


@pytest.fixture
def recovery(client, assert_healthy):
    """Waits until everyone is healthy again; the seconds that took."""

    def wait():
        left = set(ALL)

        def recovered():
            values = client.mget([f"health:{service}" for service in left])
            good = [value is not None and b'"status":"healthy"' in value[:30] for value in values]
            left.difference_update([name for name, is_good in zip(list(left), good) if is_good])
            return not left

        took = wait_until(recovered, 60, "recovery", every=0.02)
        for service in ALL:
            assert_healthy(service)
        return took

    return wait


@pytest.fixture
def assert_trouble(probe, one_liner):
    def check(reason):
        found = probe("ingestion")
        assert found.found == (1, "unknown", reason), found
        passing = probe("ingestion", "--on-redis-error", "pass")
        assert passing.found == (0, "unknown", reason), passing
        assert one_liner("ingestion") == 1

    return check


@pytest.mark.parametrize(
    "seconds, interval, variables",
    [
        pytest.param(
            5, INTERVAL, QUICK, id="of seconds", marks=[pytest.mark.slow(8), pytest.mark.own_redis]
        ),
        pytest.param(
            60, 10, {}, id="of a minute, default times",
            marks=[pytest.mark.slow(85), pytest.mark.own_redis(tcp=True), pytest.mark.timeout(900)],
        ),
    ],
)  # fmt: skip
def test_after_an_outage_all_six_services_recover_within_an_interval(
    redis, document, start_all, recovery, assert_trouble, attempts, seconds, interval, variables
):
    start_all(**variables)

    def recovery_after_outage():
        redis.stop()
        gone = time.monotonic()
        assert_trouble("unreachable")
        time.sleep(max(0, seconds - (time.monotonic() - gone)))
        assert_trouble("unreachable")
        redis.start()
        return recovery()

    at_most = interval + NOISE
    took = attempts.until(lambda found: found <= at_most, recovery_after_outage, times=6)
    assert took <= at_most
    for service in ALL:
        assert document(service)["writer"]["failed_writes"] > 0
    # The first beat of a new connection was written down before it was made.
    wait_until(
        lambda: all(document(service)["writer"]["reconnects"] for service in ALL),
        60,
        "everyone counts a reconnect",
    )


@pytest.mark.slow(8)
@pytest.mark.own_redis
def test_after_flushall_the_next_beat_of_each_is_whole(
    client, probe, start_all, recovery, attempts
):
    # Longer than the probe takes to find nothing, also on a busy machine.
    start_all(HEARTBEAT_INTERVAL="5s", HEARTBEAT_TTL="20s")

    def missing():
        client.flushall()
        return probe("ingestion").found == (1, "unhealthy", "missing")

    def recovery_after_flush():
        wait_until(missing, 60, "the probe finds nothing", every=0.3)
        return recovery()

    at_most = 5 + NOISE
    took = attempts.until(lambda found: found <= at_most, recovery_after_flush, times=6)
    assert took <= at_most


@pytest.mark.slow(8)
@pytest.mark.own_redis
def test_while_redis_hangs_the_probe_keeps_its_limit_and_the_services_recover(
    redis, probe, start_all, recovery, attempts
):
    start_all(**QUICK)

    def recovery_after_hanging():
        redis.freeze()
        frozen = time.monotonic()
        for limit in (0.2, 1.0):
            found = probe("ingestion", "--timeout", f"{limit}s")
            assert found.found == (1, "unknown", "timeout"), found
            assert found.seconds >= limit
            assert found.seconds < limit + 15  # a hang would be far longer
        passing = probe("ingestion", "--timeout", "200ms", "--on-redis-error", "pass")
        assert passing.found == (0, "unknown", "timeout"), passing
        time.sleep(max(0, 5 - (time.monotonic() - frozen)))
        redis.thaw()
        return recovery()

    at_most = INTERVAL + NOISE
    took = attempts.until(lambda found: found <= at_most, recovery_after_hanging, times=6)
    assert took <= at_most


@pytest.mark.own_redis
def test_a_redis_that_loads_its_data_says_so(redis, client, probe, assert_trouble):
    pipeline = client.pipeline()
    for i in range(60_000):
        pipeline.set(f"filler:{i}", "x" * 100)
    pipeline.execute()
    client.save()
    redis.stop()
    # A millisecond for each key: it would take a minute.
    slowly = ("--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024")
    redis.start(*slowly, wait=False)
    wait_until(lambda: probe("ingestion").reason == "loading", 60, "it loads")
    assert_trouble("loading")


@pytest.mark.slow(7)
@pytest.mark.own_redis
def test_a_replica_refuses_writes_and_takes_the_next_one_when_it_is_the_master(
    client, document, probe, start_service, wait_for_status, assert_healthy
):
    # The stale beat is there for long enough to be asked about.
    service = start_service("ingestion", **{**QUICK, "HEARTBEAT_TTL": "60s"})
    wait_for_status("ingestion", "healthy")
    before = document("ingestion")["writer"]["failed_writes"]
    client.replicaof("127.0.0.1", "1")
    wait_until(lambda: "READONLY" in service.output, 60, "it complains")
    stale = (1, "unhealthy", "stale")
    wait_until(lambda: probe("ingestion").found == stale, 60, "stale")
    client.replicaof("no", "one")
    wait_until(
        lambda: document("ingestion")["writer"]["failed_writes"] > before,
        60,
        "a beat that tells of those that failed",
    )
    assert "READONLY" in document("ingestion")["writer"]["last_error"]
    assert_healthy("ingestion")
