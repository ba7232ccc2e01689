"""Where one fault is set up; what is started here ends with the test."""

import os
import tempfile

from harness.fake_redis import HEALTHY, FakeRedis
from harness.fault import SECRET
from harness.redis_server import RedisServer


class Stage:
    def __init__(self, folder, cleanup):
        self.cleanup = cleanup
        self.folder = tempfile.mkdtemp(dir=folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def fake(self, script, **options):
        fake = FakeRedis(script, **options)
        self.cleanup.callback(fake.stop)
        return fake

    def redis(self, password=SECRET, document=HEALTHY, **options):
        """A real one that lacks nothing, and a client of it."""
        server = RedisServer(self.folder, **options)
        server.start()
        self.cleanup.callback(server.stop)
        client = server.client()
        if password:
            with client:
                client.config_set("requirepass", password)
            server.login = {"password": password}
            client = server.client()
        self.cleanup.callback(client.close)
        if document:
            client.setex("health:ingestion", 60, document)
        return server, client
