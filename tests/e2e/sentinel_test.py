"""The probe asks the sentinels who the master is, whichever of them answer."""

import pytest

from harness.black_hole import BlackHole
from harness.certificates import server_options
from harness.ports import free_port
from harness.sentinels import NAME

DATA = "d4-Data-Secret"
OWN = "s5-Sentinel-Secret"


@pytest.mark.slow(5)
def test_the_master_is_found_by_every_scheme_and_through_any_one_sentinel(
    start_sentinels, ask_sentinels
):
    group = start_sentinels()
    group.put()
    for scheme in ("redis-sentinel", "valkey-sentinel", "sentinel", "redis+sentinel"):
        ask_sentinels.assert_healthy(group.url().replace("redis-sentinel", scheme))
    for host in group.hosts.split(","):
        ask_sentinels.assert_healthy(group.url(hosts=host))


@pytest.mark.slow(9)
def test_sentinels_that_are_dead_silent_or_black_holed_are_passed_over(
    start_sentinels, ask_sentinels, cleanup
):
    group = start_sentinels()
    group.put()
    hole = BlackHole()
    cleanup.callback(hole.close)
    last = group.hosts.split(",")[2]
    nobody = f"127.0.0.1:{free_port()}"
    for gone in (nobody, hole.host, f"{nobody},{hole.host}"):
        ask_sentinels.assert_healthy(group.url(hosts=f"{gone},{last}"), "--timeout", "10s")
    first, second, _ = group.sentinels
    first.stop()
    second.freeze()
    ask_sentinels.assert_healthy(group.url(), "--timeout", "10s")


@pytest.mark.slow(5)
def test_all_sentinels_dead_is_unreachable_although_the_master_lives(
    start_sentinels, ask_sentinels
):
    group = start_sentinels()
    group.put()
    for sentinel in group.sentinels:
        sentinel.stop()
    found = ask_sentinels.assert_trouble("unreachable", group.url(), "sentinel")
    assert ask_sentinels(group.url(), "--on-redis-error", "pass").exit == 0, found


@pytest.mark.slow(5)
def test_a_master_that_the_sentinels_do_not_know_is_redis_error_by_its_name(
    start_sentinels, ask_sentinels
):
    url = start_sentinels().url(name="nosuchmaster")
    ask_sentinels.assert_trouble("redis-error", url, "nosuchmaster")


@pytest.mark.slow(10)
def test_a_new_master_is_found_after_the_old_one_died_with_its_two_replicas(
    start_sentinels, ask_sentinels
):
    group = start_sentinels(replicas=2)
    group.put()
    old = group.master()
    with old.client() as client:
        client.wait(2, 5000)
    old.stop()
    found = ask_sentinels(group.url())  # whoever is asked now: it is said, not crashed
    assert found.exit in (0, 1), found
    group.wait_for_new_master(old)
    ask_sentinels.assert_healthy(group.url())


@pytest.mark.slow(6)
def test_sentinels_and_data_nodes_have_passwords_of_their_own_in_the_url_or_beside_it(
    start_sentinels, ask_sentinels, tmp_path
):
    group = start_sentinels(password=DATA, own_password=OWN)
    group.put()
    url = group.url
    in_url = f"?sentinel_username=default&sentinel_password={OWN}"
    in_file = tmp_path / "secret"
    in_file.write_text(OWN + "\n")
    own = {"REDIS_SENTINEL_PASSWORD": OWN}
    passes = ask_sentinels.assert_healthy
    passes(url(f":{DATA}@", rest=f"?sentinel_password={OWN}"))
    passes(url(f":{DATA}@"), **own)
    passes(url(), **own, REDIS_PASSWORD=DATA)
    passes(url(f":{DATA}@"), **own, REDIS_SENTINEL_USERNAME="default")
    passes(url(f":{DATA}@"), REDIS_SENTINEL_PASSWORD_FILE=in_file)
    passes(url(f":{DATA}@", rest=in_url))
    for login, variables in (
        (f":{DATA}@", {}),
        (f":{DATA}@", {"REDIS_SENTINEL_PASSWORD": DATA}),
        ("", own),
        (f":{OWN}@", own),
    ):
        found = ask_sentinels.assert_trouble("auth", url(login), **variables)
        for secret in (DATA, OWN):
            assert secret not in found.stdout + found.stderr


@pytest.mark.slow(5)
def test_a_password_of_the_data_nodes_is_not_shown_to_sentinels_that_want_none(
    start_sentinels, ask_sentinels
):
    group = start_sentinels(password=DATA)
    group.put()
    ask_sentinels.assert_healthy(group.url(f":{DATA}@"))
    # A user they do not know: they would refuse it.
    for node in group.nodes:
        node.set_user("probe", DATA, "resetkeys %R~health:* -@all +getrange +pttl")
    ask_sentinels.assert_healthy(group.url(f"probe:{DATA}@"))


@pytest.mark.slow(5)
def test_a_database_behind_sentinels_in_the_path_or_as_an_option(start_sentinels, ask_sentinels):
    group = start_sentinels()
    group.put(db=3)
    ask_sentinels.assert_healthy(group.url(rest="/3"))
    ask_sentinels.assert_healthy(group.url(rest="?db=3"))
    missing = ask_sentinels(group.url())
    assert missing.found == (1, "unhealthy", "missing"), missing


@pytest.mark.slow(6)
def test_rediss_sentinel_is_tls_to_the_sentinels_and_to_the_master(
    authority, start_sentinels, ask_sentinels
):
    tls = server_options(authority, authority.server)
    group = start_sentinels(password=DATA, own_password=OWN, tls=tls)
    group.put()
    trusting = f"ssl_ca_certs={authority.certificate}"
    own = {"REDIS_SENTINEL_PASSWORD": OWN}
    for scheme in ("rediss-sentinel", "valkeys-sentinel"):
        url = group.url(f":{DATA}@", rest=f"?{trusting}")
        ask_sentinels.assert_healthy(url.replace("rediss-sentinel", scheme), **own)
    ask_sentinels.assert_trouble("tls", group.url(f":{DATA}@"), **own)
    plain = group.url(f":{DATA}@").replace("rediss-", "redis-")
    found = ask_sentinels(plain, **own)
    # They reset such a connection without a word.
    assert found.reason in ("unreachable", "tls"), found
    assert (found.exit, found.verdict) == (1, "unknown"), found
    unknown = group.url(f":{DATA}@", name=f"{NAME}2", rest=f"?{trusting}")
    ask_sentinels.assert_trouble("redis-error", unknown, **own)
