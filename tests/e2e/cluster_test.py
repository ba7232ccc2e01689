"""The probe asks any node of a cluster and finds what lies on the others."""

import json

import pytest

from harness.cluster import VALUE, key_of, lines_of
from harness.waiting import wait_until

HEALTHY = (0, "healthy", "healthy")
MISSING = (1, "unhealthy", "missing")


@pytest.fixture
def names(cluster):
    """A service whose document lies on the first node, one on the second, one on the third."""
    return [cluster.service_on(node) for node in cluster.nodes]


@pytest.fixture
def healthy_names(cluster, names):
    for name in names:
        cluster.put(name)
    return names


@pytest.fixture
def redis_url(cluster):
    return cluster.url()


@pytest.mark.slow(5)
def test_a_document_is_found_through_any_node_and_so_is_its_absence(
    cluster, ask_cluster, healthy_names
):
    for name in healthy_names:
        ask_cluster.assert_healthy_everywhere(name)
    for node in cluster.nodes:
        ask_cluster.assert_found(MISSING, "nobody", node)


@pytest.mark.slow(5)
def test_a_document_is_found_while_its_slot_moves_and_after_it_has(
    cluster, ask_cluster, names, probe
):
    name, idle = names[0], names[1]
    key, source, target = key_of(name), *cluster.nodes[:2]
    cluster.put(name)
    cluster.put(idle)
    cluster.begin_migration(key, target)
    ask_cluster.assert_healthy_everywhere(name)
    cluster.move_key(key, source, target)
    assert cluster.read(target, key) == VALUE.encode()
    ask_cluster.assert_healthy_everywhere(name)
    # One that is asked for in passing, and one that is not.
    for node in cluster.nodes:
        both = probe(name, idle, redis_url=cluster.url(node))
        assert both.exit == 0, both
    cluster.end_migration(key, target)
    assert cluster.node_of(key) is target
    ask_cluster.assert_healthy_everywhere(name)


@pytest.mark.slow(5)
def test_a_document_that_is_missing_while_its_slot_moves_is_missing(cluster, ask_cluster, names):
    cluster.begin_migration(key_of(names[0]), cluster.nodes[1])
    for node in cluster.nodes:
        ask_cluster.assert_found(MISSING, names[0], node)


@pytest.mark.slow(5)
def test_services_of_all_nodes_are_asked_for_in_one_call_and_have_a_line_each(
    cluster, names, probe
):
    cluster.put(names[0])
    cluster.put(names[1], '{"status": "unhealthy"}')
    expected = ["healthy", "unhealthy", "missing"]
    for node in cluster.nodes:
        found = probe(*names, redis_url=cluster.url(node))
        lines = lines_of(found)
        assert list(lines) == names
        assert [line["reason"] for line in lines.values()] == expected, found
        assert found.exit == 1


# --- A broken cluster -----------------------------------------------------------


@pytest.mark.slow(7)
def test_a_node_is_down_its_services_are_unreachable_and_the_others_are_found(
    cluster, healthy_names, probe
):
    first, second, last = cluster.nodes
    *rest, lost = healthy_names

    def check_last_node():
        for node in [first, second, None]:
            url = cluster.url(node)
            found = probe(*healthy_names, redis_url=url)
            lines = lines_of(found)
            reasons = [line["reason"] for line in lines.values()]
            assert reasons == ["healthy", "healthy", "unreachable"], found
            assert lines[lost]["verdict"] == "unknown"
            assert str(last.port) in lines[lost]["text"]
            assert found.exit == 1
            alive = probe(*rest, redis_url=url)
            assert alive.exit == 0, alive
        passing = probe(*healthy_names, "--on-redis-error", "pass")
        assert passing.exit == 0, passing

    last.stop()
    check_last_node()
    wait_until(
        lambda: cluster.info(first)["cluster_slots_fail"] != "0", 60, "the others see it"
    )
    check_last_node()


@pytest.mark.slow(8)
def test_a_node_hangs_its_services_are_timeout_and_the_others_are_found_alone(
    cluster, healthy_names, probe
):
    *living, last = cluster.nodes
    *rest, lost = healthy_names
    last.freeze()
    for node in [*living, None]:
        url = cluster.url(node)
        alone = probe(*rest, redis_url=url)
        assert alone.exit == 0, alone
        found = probe(*healthy_names, "--timeout", "1s", redis_url=url)
        assert lines_of(found)[lost]["reason"] == "timeout", found
        assert found.exit == 1
        assert found.seconds < 1 + 15  # one limit on all of them


@pytest.mark.slow(5)
def test_a_node_that_hangs_costs_a_large_fleet_only_the_services_on_it(cluster, probe):
    """The node of the URL is asked for all of them, which takes two round trips: one has a thousand commands."""
    names = [f"s{number}" for number in range(600)]
    kept = {}
    for node in cluster.nodes:
        with node.client() as client, client.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.setex(key_of(name), 600, VALUE)
            answers = pipe.execute(raise_on_error=False)  # most are MOVED
            kept[node] = [name for name, answer in zip(names, answers) if answer is True]
    assert sum(map(len, kept.values())) == len(names)
    asked, *others = cluster.nodes
    # The one that it asks next: so half of the time is left when it gives that one up.
    hanging = next(node for node in others if names[0] in kept[node])
    hanging.freeze()
    found = probe(*names, "--timeout", "10s", "-o", "json", redis_url=cluster.url(asked))
    *shown, rest = map(json.loads, found.stdout.splitlines())
    assert rest.get("omitted", {}).get("healthy") == len(names) - len(kept[hanging]), found.stdout[-1000:]
    assert {one["reason"] for one in shown} == {"timeout"}


@pytest.mark.slow(5)
def test_the_first_node_of_the_url_is_down_and_the_next_is_asked(
    cluster, ask_cluster, healthy_names
):
    cluster.nodes[0].stop()
    ask_cluster.assert_found(HEALTHY, healthy_names[1])
    ask_cluster.assert_found(HEALTHY, healthy_names[2])


@pytest.mark.slow(8)
def test_a_cluster_without_a_majority_is_redis_error_by_the_word_of_redis(
    cluster, ask_cluster, healthy_names
):
    first, *rest = cluster.nodes
    for node in rest:
        node.stop()
    wait_until(lambda: cluster.info(first)["cluster_state"] == "fail", 60, "it is down")
    found = ask_cluster.assert_found((1, "unknown", "redis-error"), healthy_names[0], first)
    assert "CLUSTERDOWN" in found.text
