"""The library behind TLS: it beats, comes back, and says why it cannot."""

from harness import test
from harness.beats import BeatCase
from harness.certificates import Authority
from harness.tls import TlsCase


class Beats(TlsCase, BeatCase):
    @test("a service beats through TLS, and again after a restart of Redis", seconds=5)
    def test_restart(self):
        self.start_tls(clients="yes")
        client = self.authority.issue("client")
        keys = f"ssl_certfile={client.certificate}&ssl_keyfile={client.key}"
        self.client.flushall()
        service = self.start_beating(self.url_with(f"{self.trusting}&{keys}"))
        before = self.sequence()
        self.redis.stop()
        self.redis.start()
        self.wait_for_beat(before)
        self.assert_undisturbed(service)

    @test("a service that trusts by SSL_CERT_FILE, and one that must not trust", seconds=4)
    def test_trust(self):
        self.start_tls()
        self.client.flushall()
        stranger = Authority(self.folder, "stranger").certificate
        service = self.start_service("ingestion", self.url_with(), SSL_CERT_FILE=stranger)
        self.wait_until(lambda: "certificate" in service.output, 10, "it complains")
        self.assertEqual(self.sequence(), 0)
        self.assertIsNone(service.process.poll())
        service.kill()
        trusted = self.authority.certificate
        self.assert_undisturbed(self.start_beating(self.url_with(), tag="2", SSL_CERT_FILE=trusted))
