"""Where one fault is set up; what is started here ends with it."""

import os
import tempfile

from harness.fake_redis import HEALTHY, FakeRedis
from harness.fault import SECRET
from harness.redis_server import RedisServer


class Stage:
    def __init__(self, case, stack):
        self.wait_until = case.wait_until
        self.addCleanup = stack.callback  # named as a TestCase names it, for Network.of
        self.folder = tempfile.mkdtemp(dir=case.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def fake(self, script, **options):
        fake = FakeRedis(script, **options)
        self.addCleanup(fake.stop)
        return fake

    def redis(self, password=SECRET, document=HEALTHY, **options):
        """A real one that lacks nothing, and a client of it."""
        server = RedisServer(self.folder, **options)
        server.start()
        self.addCleanup(server.stop)
        client = server.client()
        if password:
            with client:
                client.config_set("requirepass", password)
            client = server.client(password=password)
        self.addCleanup(client.close)
        if document:
            client.setex("health:ingestion", 60, document)
        return server, client
