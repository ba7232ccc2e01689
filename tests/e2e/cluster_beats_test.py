"""The library in a cluster: it follows its slot, and the host process does not notice."""

import pytest

from harness.beats import QUICK, Beats
from harness.cluster import key_of
from harness.waiting import wait_until

KEY = key_of("ingestion")

pytestmark = pytest.mark.any_probe


@pytest.fixture
def redis_url(cluster):
    return cluster.url()


@pytest.fixture
def beats(cluster, start_service):
    return Beats(start_service, cluster.node_of(KEY), is_cluster=True)


@pytest.fixture
def other(cluster, beats):
    """A node that the beats do not go to."""
    return cluster.other_than(beats.node)


@pytest.mark.slow(6)
def test_a_service_beats_through_any_node_of_the_cluster(beats, cluster):
    for number, node in enumerate(cluster.nodes):
        service = beats.start(cluster.url(node), tag=str(number))
        beats.wait_for_next()
        service.kill()
        beats.node.client().flushall()


@pytest.mark.slow(6)
def test_two_of_one_name_notice_each_other_through_any_nodes(beats, cluster, start_service):
    # Of one interval, one of them could show for a few milliseconds only.
    services = []
    for node, every in zip(cluster.nodes, ("1s", "1300ms")):
        variables = {**QUICK, "HEARTBEAT_INTERVAL": every}
        services.append(start_service("ingestion", cluster.url(node), tag=every, **variables))
    named = set()

    def both_are_named():
        reason = beats.document().get("reason", "")
        named.update(s for s in services if reason.endswith(f", pid {s.process.pid}"))
        return len(named) == 2

    wait_until(both_are_named, 60, "each is named by the other")


@pytest.mark.slow(9)
def test_a_slot_that_moves_is_followed_there_and_back(beats, cluster, other, ask_cluster):
    service = beats.start()
    for source, target in ((beats.node, other), (other, beats.node)):
        before = beats.sequence()
        cluster.begin_migration(KEY, target)
        assert cluster.move_key(KEY, source, target) == b"OK"
        beats.node = target
        beats.wait_for_next(before, what="it beats to where its slot goes")
        cluster.end_migration(KEY, target)
        beats.wait_for_next(what="it beats to where its slot went")
        ask_cluster.assert_healthy_everywhere("ingestion")
    beats.assert_undisturbed(service)


@pytest.mark.slow(5)
def test_a_slot_that_jumps_is_followed(beats, cluster, other):
    service = beats.start()
    before = beats.sequence()
    beats.node.client().flushall()
    cluster.end_migration(KEY, other)
    beats.node = other
    beats.wait_for_next(before)
    beats.assert_undisturbed(service)


@pytest.mark.slow(14)
def test_beats_go_on_after_the_node_went_down_and_came_back(beats, cluster):
    service = beats.start()
    before = beats.sequence()
    beats.node.stop()
    wait_until(lambda: "heartbeat:" in service.output, 60, "it complains")
    beats.node.start()
    wait_until(lambda: cluster.is_up(beats.node), 60, "the node serves again")
    beats.wait_for_next(before)
    beats.assert_undisturbed(service)


@pytest.mark.slow(12)
def test_beats_go_to_the_replica_that_takes_over_from_a_dead_master(
    beats, cluster, other, ask_cluster
):
    replica = cluster.add_replica(beats.node)
    service = beats.start()
    beats.node.stop()
    wait_until(lambda: cluster.node_of(KEY) is replica, 60, "a new master")
    beats.node = replica
    wait_until(lambda: cluster.is_up(replica), 60, "the new master serves")
    beats.wait_for_next()
    beats.assert_undisturbed(service)
    ask_cluster.assert_found((0, "healthy", "healthy"), "ingestion", other)


@pytest.mark.slow(6)
def test_beats_go_on_when_the_first_node_of_the_url_is_down(beats, cluster, other):
    hosts = [other, *(node for node in cluster.nodes if node is not other)]
    service = beats.start("redis://" + ",".join(f"127.0.0.1:{node.port}" for node in hosts))
    other.stop()
    before = beats.sequence()
    beats.node.kill_connections()
    beats.wait_for_next(before + 1)
    beats.assert_undisturbed(service)
