"""What a test of TLS needs: an authority, a Redis behind its certificate, and a probe that asks."""

from harness.case import NO_TLS, Case, has_tls, skip_unless
from harness.certificates import Authority, server_options

VALUE = '{"status": "healthy"}'


class TlsCase(Case):
    topic = "tls"

    def setUp(self):
        super().setUp()
        skip_unless(has_tls(), NO_TLS)
        self.authority = Authority(self.folder)
        self.trusting = f"ssl_ca_certs={self.authority.certificate}"

    def start_tls(self, pair=None, clients="no", options=(), **login):
        pair = pair or self.authority.issue("server")
        tls = server_options(self.authority, pair, clients)
        self.start_redis(tcp=True, tls=tls, options=options)
        self.client = self.redis.client(**login)
        self.client.setex("health:ingestion", 60, VALUE)

    def url_with(self, query="", host="127.0.0.1", scheme="rediss", login="", path=""):
        return f"{scheme}://{login}{host}:{self.redis.port}{path}?{query}"

    def ask(self, url, *arguments, **variables):
        return self.probe("ingestion", *arguments, redis_url=url, **variables)

    def assert_passes(self, url, **variables):
        found = self.ask(url, **variables)
        self.assertEqual(found.found, (0, "healthy", "healthy"), found)
        self.assertEqual(found.stderr, "")

    def assert_refused(self, url, words="", **variables):
        """[tls], and the text says these words, in whatever case."""
        found = self.ask(url, **variables)
        self.assertEqual(found.found, (1, "unknown", "tls"), found)
        self.assertIn(words, found.text.lower())
        passing = self.ask(url, "--on-redis-error", "pass", **variables)
        self.assertEqual(passing.found, (0, "unknown", "tls"), passing)
