"""The library behind TLS: it beats, comes back, and says why it cannot."""

import pytest

from harness.beats import Beats
from harness.waiting import wait_until


@pytest.fixture
def start_beats(tls, start_service):
    """Starts a Redis with TLS that holds nothing; its beats are returned."""

    def start(**options):
        node = tls.start(**options)
        with node.client() as client:
            client.flushall()
        return Beats(start_service, node)

    return start


@pytest.mark.slow(5)
def test_a_service_beats_through_tls_and_again_after_a_restart_of_redis(tls, start_beats):
    beats = start_beats(clients="yes")
    pair = tls.authority.issue("client")
    keys = f"ssl_certfile={pair.certificate}&ssl_keyfile={pair.key}"
    service = beats.start(tls.url(f"{tls.trusting}&{keys}"))
    before = beats.sequence()
    tls.redis.stop()
    tls.redis.start()
    beats.wait_for_next(before)
    beats.assert_undisturbed(service)


def test_a_service_trusts_by_ssl_cert_file_and_not_whom_it_must_not_trust(
    tls, stranger, start_beats, start_service
):
    beats = start_beats()
    service = start_service("ingestion", tls.url(), SSL_CERT_FILE=stranger.certificate)
    wait_until(lambda: "certificate" in service.output, 60, "it complains")
    assert beats.sequence() == 0
    assert service.process.poll() is None
    service.kill()
    trusted = tls.authority.certificate
    beats.assert_undisturbed(beats.start(tls.url(), tag="2", SSL_CERT_FILE=trusted))
