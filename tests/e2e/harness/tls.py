"""What a test of TLS needs: an authority, a Redis behind its certificate, and a probe that asks."""

import pytest

from harness.certificates import Authority, server_options
from harness.skips import NO_TLS, has_tls, skip_unless

VALUE = '{"status": "healthy"}'


class Tls:
    def __init__(self, authority, start_redis, probe):
        self.authority, self.start_redis, self.probe = authority, start_redis, probe
        self.trusting = f"ssl_ca_certs={authority.certificate}"
        self.redis = None

    def start(self, pair=None, clients="no", options=(), login=None):
        """A Redis that shows this certificate, by default one that is as it should be."""
        tls = server_options(self.authority, pair or self.authority.server, clients)
        self.redis = self.start_redis(tcp=True, tls=tls, options=options, login=login)
        self.put(VALUE)
        return self.redis

    def put(self, value):
        with self.redis.client() as client:
            client.setex("health:ingestion", 60, value)

    def url(self, query="", host="127.0.0.1", scheme="rediss", login="", path=""):
        return f"{scheme}://{login}{host}:{self.redis.port}{path}?{query}"

    def ask(self, url, *arguments, **variables):
        return self.probe("ingestion", *arguments, redis_url=url, **variables)

    def assert_passes(self, url, **variables):
        found = self.ask(url, **variables)
        assert found.found == (0, "healthy", "healthy"), found
        assert found.stderr == ""

    def assert_refused(self, url, words="", **variables):
        """[tls], and the text says these words, in whatever case."""
        found = self.ask(url, **variables)
        assert found.found == (1, "unknown", "tls"), found
        assert words in found.text.lower()
        passing = self.ask(url, "--on-redis-error", "pass", **variables)
        assert passing.found == (0, "unknown", "tls"), passing


@pytest.fixture(scope="session")
def authority(worker_path):
    """Made once for a worker, with the certificate of a server that is as it should be."""
    skip_unless(has_tls(), NO_TLS)
    one = Authority(worker_path)
    one.server = one.issue("server")
    return one


@pytest.fixture(scope="session")
def stranger(worker_path):
    """An authority that nobody trusts."""
    skip_unless(has_tls(), NO_TLS)
    return Authority(worker_path, "stranger")


@pytest.fixture
def tls(authority, start_redis, probe):
    return Tls(authority, start_redis, probe)
