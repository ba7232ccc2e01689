"""TLS beyond trust: certificates of clients, names, logins, and what does not speak it."""

import pytest

from harness.tls import VALUE
from harness.tls_front import TlsFront

SECRET = "k8-Quite/Secret"
IN_URL = "k8-Quite%2FSecret"
AUTH = (1, "unknown", "auth")


def query_with(tls, authority, password=None, told=True):
    """With a certificate of this authority for the client."""
    pair = authority.issue("client", "DNS:client.test", password=password)
    query = f"{tls.trusting}&ssl_certfile={pair.certificate}&ssl_keyfile={pair.key}"
    return f"{query}&ssl_password={password}" if password and told else query


@pytest.mark.parametrize(
    "protocol, words", [("TLSv1.3", "certificate"), ("TLSv1.2", "demands a client certificate")]
)
def test_a_client_certificate_that_is_wanted_is_shown_or_its_lack_is_tls(
    tls, stranger, protocol, words
):
    tls.start(clients="yes", options=["--tls-protocols", protocol])
    tls.assert_passes(tls.url(query_with(tls, tls.authority)))
    tls.assert_refused(tls.url(tls.trusting), words)
    tls.assert_refused(tls.url(query_with(tls, stranger)))


def test_the_password_of_the_key_of_a_client_is_used_never_shown_and_never_asked_for(tls):
    tls.start(clients="yes")
    tls.assert_passes(tls.url(query_with(tls, tls.authority, "open5esame")))
    untold = query_with(tls, tls.authority, "open5esame", told=False)
    for query in (untold, f"{untold}&ssl_password=wrong5esame"):
        found = tls.ask(tls.url(query))
        assert found.found == (1, "unknown", "tls"), found
        assert "5esame" not in found.stdout + found.stderr


@pytest.mark.parametrize("host, name", [("localhost", "localhost"), ("127.0.0.1", None)])
def test_a_host_name_goes_along_in_the_handshake_an_address_does_not(
    tls, redis, client, cleanup, host, name
):
    client.setex("health:ingestion", 60, VALUE)
    front = TlsFront(redis.socket, tls.authority.server)
    cleanup.callback(front.close)
    tls.assert_passes(f"rediss://{host}:{front.port}?{tls.trusting}")
    assert set(front.names) == {name}


def test_rediss_and_valkeys_with_user_password_and_database(tls):
    login = {"password": SECRET, "db": 3}
    tls.start(options=["--requirepass", SECRET], login=login)
    for scheme in ("rediss", "valkeys"):
        for user in ("", "default"):
            tls.assert_passes(tls.url(tls.trusting, "127.0.0.1", scheme, f"{user}:{IN_URL}@", "/3"))
    other = tls.ask(tls.url(tls.trusting, login=f":{IN_URL}@", path="/4"))
    assert other.found == (1, "unhealthy", "missing"), other
    refused = tls.ask(tls.url(tls.trusting))
    assert refused.found == AUTH, refused
    wrong = tls.ask(tls.url(tls.trusting, login=":w3-Also-Secret@"))
    assert wrong.found == AUTH, wrong
    assert "w3-Also-Secret" not in wrong.stdout


def test_a_redis_without_tls_behind_rediss_fails_in_the_handshake(tls, start_redis):
    tls.redis = start_redis(tcp=True)
    found = tls.ask(tls.url(tls.trusting), "--timeout", "1s")
    # It takes the handshake for a line that is not yet complete, unless it holds an LF.
    assert found.reason in ("timeout", "tls"), found
    assert (found.exit, found.verdict) == (1, "unknown"), found
    assert "TLS" in found.text


def test_a_redis_with_tls_behind_redis_is_a_failure_of_the_connection(tls):
    tls.start()
    found = tls.ask(tls.url(scheme="redis"))
    # This server resets the connection without a word; another may send an alert first.
    assert found.reason in ("unreachable", "tls"), found
    assert (found.exit, found.verdict) == (1, "unknown"), found


def test_a_server_that_hangs_before_the_handshake_costs_no_more_than_timeout(tls):
    tls.start().freeze()
    found = tls.ask(tls.url(tls.trusting), "--timeout", "500ms")
    assert found.found == (1, "unknown", "timeout"), found
    assert "TLS" in found.text
    assert found.seconds < 0.5 + 15


def test_large_documents_pass_through_tls_whole(tls):
    tls.start()
    tls.put(f'{{"status": "healthy", "note": "{"x" * 60_000}"}}')
    tls.assert_passes(tls.url(tls.trusting))
