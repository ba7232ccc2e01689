"""The Redis of compose/compose.yaml, with its users, on loopback."""

import re
import subprocess

import pytest

from harness.pages import PROJECT
from harness.redis_server import RedisServer

USERS = ("writer", "probe", "operator")
ADMIN = {"username": "admin", "password": "any"}


class ShippedRedis:
    """As compose/redis.sh starts it, and a user for the tests, who may do everything."""

    def __init__(self, folder):
        self.folder = folder
        self.secrets = folder / "secrets"
        self.secrets.mkdir()
        for user in USERS:
            (self.secrets / f"{user}_password").write_text(f"secret-of-{user}\n")
        users = folder / "users.acl"
        self._run_redis_sh()
        users.write_text(users.read_text() + "user admin on nopass allkeys allchannels +@all\n")
        self.server = RedisServer(folder, tcp=True, options=["--aclfile", str(users)], login=ADMIN)

    def _run_redis_sh(self):
        """It writes the file of users, and would start the redis-server in the container."""
        server = self.folder / "redis-server"
        server.write_text("#!/bin/sh\n")
        server.chmod(0o755)
        path = f"{self.folder}:/usr/bin:/bin"
        subprocess.run(
            ["sh", PROJECT / "compose/redis.sh", self.secrets],
            env={"PATH": path, "TMPDIR": str(self.folder)}, check=True, timeout=60,
        )  # fmt: skip

    def here(self, text):
        """A command or setting of the stack, as it is on loopback."""
        text = text.replace("/run/secrets/", f"{self.secrets}/").replace("$$", "$")
        text = text.replace("redis://redis:6379", f"redis://127.0.0.1:{self.server.port}")
        return re.sub(r"-h redis\b", f"-h 127.0.0.1 -p {self.server.port}", text)

    def refused(self):
        """(USER, WHAT) of all that was denied."""
        with self.server.client() as client:
            entries = [dict(zip(one[::2], one[1::2])) for one in client.execute_command("ACL", "LOG")]
        return [(one[b"username"].decode(), one[b"object"].decode()) for one in entries]


@pytest.fixture
def shipped_redis(tmp_path, cleanup):
    one = ShippedRedis(tmp_path)
    cleanup.callback(one.server.stop)
    one.server.start()
    return one
