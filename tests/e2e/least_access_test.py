"""The smallest access lists that do, wherever Redis is: what is not in them is never asked for."""

import pytest

from harness.beats import QUICK, RECOVERY, Beats
from harness.cluster import key_of
from harness.waiting import wait_until

SECRET = "k8-Quite-Secret"
READING = "resetkeys %R~health:* -@all +getrange +pttl"
WATCHING = READING + " +zrange"
WRITING = "resetkeys %RW~health:ingestion %W~health::services -@all +setex +getrange +zadd"
BLIND = "resetkeys %W~health:* -@all +setex"
ASKING_MASTER = "resetkeys resetchannels -@all +sentinel|get-master-addr-by-name"
VALUE = '{"status": "healthy"}'
HEALTHY = (0, "healthy", "healthy")
DENIED = (1, "unknown", "denied")
PROBE, WRITER = f"probe:{SECRET}@", f"writer:{SECRET}@"


def set_users(nodes, reading=READING, writing=WRITING):
    for node in nodes:
        node.set_user("probe", SECRET, reading)
        node.set_user("writer", SECRET, writing)


def pairs_of(entry):
    """One of ACL LOG, which is a list of names and values."""
    return dict(zip(entry[::2], entry[1::2]))


def assert_nothing_refused(*nodes):
    for node in nodes:
        with node.client() as client:
            assert client.execute_command("ACL", "LOG") == []


@pytest.fixture
def ask(redis, probe):
    """As the user of the probe."""

    def run(*services, rest=""):
        return probe(*services, redis_url=redis.url_as("probe", SECRET) + rest)

    return run


@pytest.fixture
def writer_url(redis):
    return redis.url_as("writer", SECRET)


# --- One Redis --------------------------------------------------------------------


@pytest.mark.own_redis(tcp=True)
def test_a_probe_with_two_commands_reads_one_document_or_several(redis, client, ask):
    set_users([redis])
    names = ["ingestion", "worker-1", "worker-2"]
    for name in names:
        client.setex(key_of(name), 60, VALUE)
    one = ask("ingestion")
    assert one.found == HEALTHY, one
    several = ask(*names)
    assert several.exit == 0, several
    assert several.stdout.count("[healthy]") == 3, several
    assert_nothing_refused(redis)
    # Whether there are replicas, or when it was last seen, is then not found out.
    assert ask("nobody").reason == "missing"


@pytest.mark.own_redis(tcp=True)
def test_one_command_more_finds_the_whole_fleet_and_who_is_missing(redis, client, ask):
    set_users([redis], reading=WATCHING)
    client.zadd("health::services", {"ingestion": 1, "worker:1": 2})
    client.setex(key_of("ingestion"), 60, VALUE)
    assert ask("--all").exit == 1
    assert ask("worker").reason == "missing"
    assert_nothing_refused(redis)


@pytest.mark.own_redis(tcp=True)
def test_a_service_with_three_commands_beats_also_after_its_connection_is_killed(
    redis, client, beats, ask, writer_url
):
    set_users([redis])
    service = beats.start(writer_url)
    before = beats.sequence()
    redis.kill_connections()
    beats.wait_for_next(before)
    found = ask("ingestion")
    assert found.found == HEALTHY, found
    service.process.terminate()
    service.wait(60)
    assert redis.document("ingestion")["reason"] == "stopped"  # the farewell got through
    assert ask("ingestion").verdict == "unhealthy"
    assert_nothing_refused(redis)  # before redis-py, which says its own version first
    with redis.client(username="writer", password=SECRET) as writer:
        assert writer.zadd("health::services", {"ingestion": 1}, nx=True) == 0
    assert client.zscore("health::services", "ingestion") > 1


@pytest.mark.slow(6)
@pytest.mark.own_redis(tcp=True)
def test_a_service_with_one_command_beats_as_well_and_is_refused_once_a_connection(
    redis, client, beats, writer_url
):
    set_users([redis], writing=BLIND)
    service = beats.start(writer_url)
    for _ in range(2):
        beats.wait_for_next(beats.sequence() + 2)
        redis.kill_connections()
    beats.wait_for_next(beats.sequence() + 2)
    beats.assert_undisturbed(service)
    assert "NOPERM" not in service.output
    log = client.execute_command("ACL", "LOG")
    assert {entry[b"object"] for entry in map(pairs_of, log)} == {b"getrange", b"zadd"}
    refused = client.info("commandstats")["cmdstat_getrange"]["rejected_calls"]
    assert refused <= 6  # of nine beats; further connections of a starved machine included


@pytest.mark.own_redis(tcp=True, login={"db": 3})
def test_select_is_needed_with_a_database_number_and_only_then(redis, beats, ask, writer_url):
    set_users([redis], reading=WATCHING + " +select", writing=WRITING + " +select")
    beats.start(writer_url + "/3")
    assert ask("ingestion", rest="/3").reason == "healthy"
    assert ask("ingestion", rest="/0").reason == "missing"
    assert_nothing_refused(redis)
    set_users([redis])
    assert ask("ingestion", rest="/0").reason == "missing"
    found = ask("ingestion", rest="/3")
    assert found.found == DENIED, found
    assert "select" in found.text.lower()


@pytest.mark.parametrize("name, instance", [("worker", None), ("worker", "1")])
def test_a_service_of_the_stack_and_its_health_check_may_do_what_they_need(
    shipped_redis, start_service, probe, name, instance
):
    variables = {
        "REDIS_USERNAME": "writer",
        "REDIS_PASSWORD_FILE": shipped_redis.secrets / "writer_password",
        "HEARTBEAT_INSTANCE": instance,
    }
    url = shipped_redis.here("redis://redis:6379")
    service = start_service(name, url, **QUICK, **variables)
    wait_until(lambda: probe(name, redis_url=url, **variables).exit == 0, 60, "it is healthy")
    service.process.terminate()
    service.wait(60)
    assert "unhealthy" in probe(name, redis_url=url, **variables).stdout
    assert shipped_redis.refused() == []


# --- Sentinels and clusters ---------------------------------------------------------


@pytest.mark.library_only
@pytest.mark.slow(6)
def test_the_same_two_users_suffice_behind_sentinels_with_one_command_for_those(
    start_sentinels, ask_sentinels, start_service
):
    group = start_sentinels()
    set_users(group.nodes)
    for sentinel in group.sentinels:
        words = ["on", f">{SECRET}", *ASKING_MASTER.split()]
        group.ask(sentinel, "ACL", "SETUSER", "finder", *words)
        group.ask(sentinel, "ACL", "LOG", "RESET")
    finder = f"?sentinel_username=finder&sentinel_password={SECRET}"
    beats = Beats(start_service, group.master())
    service = beats.start(group.url(WRITER, rest=finder))
    ask_sentinels.assert_healthy(group.url(PROBE, rest=finder))
    beats.assert_undisturbed(service)
    for sentinel in group.sentinels:
        assert group.ask(sentinel, "ACL", "LOG") == []


@pytest.fixture
def beats_in_cluster(cluster, start_service):
    set_users(cluster.nodes)
    return Beats(start_service, cluster.node_of(key_of("ingestion")), is_cluster=True)


@pytest.mark.library_only
@pytest.mark.slow(7)
def test_the_same_two_users_suffice_in_a_cluster_through_any_node(
    cluster, beats_in_cluster, ask_cluster
):
    beats = beats_in_cluster
    for number, node in enumerate(cluster.nodes):
        service = beats.start(cluster.url(node, WRITER), tag=str(number))
        beats.assert_undisturbed(service)
        ask_cluster.assert_healthy_everywhere("ingestion", login=PROBE)
        service.kill()
        beats.node.client().flushall()
    assert_nothing_refused(*cluster.nodes)


@pytest.mark.library_only
@pytest.mark.slow(6)
def test_asking_is_needed_while_a_slot_of_a_cluster_moves_and_only_then(
    cluster, beats_in_cluster, ask_cluster
):
    beats, key = beats_in_cluster, key_of("ingestion")
    source = beats.node
    target = cluster.other_than(source)
    service = beats.start(cluster.url(login=WRITER))
    before = beats.sequence()
    cluster.begin_migration(key, target)
    cluster.move_key(key, source, target)
    found = ask_cluster("ingestion", source, login=PROBE)
    assert found.found == DENIED, found
    assert "asking" in found.text.lower()
    set_users([target], READING + " +asking", WRITING + " +asking")
    wait_until(
        lambda: f'"sequence":{before}' not in (cluster.read(target, key) or b"").decode(),
        RECOVERY,
        "it beats to where its slot goes",
    )
    ask_cluster.assert_found(HEALTHY, "ingestion", source, login=PROBE)
    cluster.end_migration(key, target)
    beats.node = target
    beats.wait_for_next()
    beats.assert_undisturbed(service)
