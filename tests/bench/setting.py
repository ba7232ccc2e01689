"""What the measurements share: a redis-server of their own, its documents, the probe's environment."""

import contextlib
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import redis

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / "build/release/bin"
PROBE = str(BIN / "healthprobe")
TTL_MS = 3_600_000  # no document gets old during a measurement


def document(service="ingestion", status="healthy"):
    """The document of a service with six checks; of an unhealthy one, three checks fail."""
    text = (ROOT / "tests/bench/document.json").read_text(encoding="utf-8").strip()
    text = text.replace('"service":"ingestion"', f'"service":"{service}"')
    text = text.replace('"ttl_ms":60000', f'"ttl_ms":{TTL_MS}')
    if status == "unhealthy":
        text = text.replace('"status":"healthy"', '"status":"unhealthy"')
        text = text.replace('"state":"pass"', '"state":"fail"', 3)
    return text


class Server:
    """A redis-server on a free port and a unix socket, in a folder of its own."""

    def __init__(self, folder):
        self.folder = Path(folder)
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = str(listener.getsockname()[1])
        self.process = subprocess.Popen(
            ["redis-server", "--port", self.port, "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        self.client = redis.Redis(port=int(self.port))

    def wait(self):
        until = time.monotonic() + 20
        while True:
            try:
                return self.client.ping()
            except redis.RedisError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def environment(self, host="127.0.0.1"):
        """Six variables: the start of libc reads the whole environment."""
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": "/",
            "HOSTNAME": "ingestion",
            "TZ": "UTC",
            "LANG": "C",
            "REDIS_URL": f"redis://{host}:{self.port}",
        }

    def write(self, service, status="healthy"):
        self.client.setex(f"health:{service}", TTL_MS // 1000, document(service, status))

    def write_fleet(self, services):
        self.client.flushall()
        now = time.time()
        pipe = self.client.pipeline(transaction=False)
        pipe.zadd("health::services", {":since": now - 3600})  # as writers do
        for number in range(services):
            name = f"service-{number}"
            pipe.setex(f"health:{name}", TTL_MS // 1000, document(name))
            pipe.zadd("health::services", {name: now})
            if number % 1000 == 999:
                pipe.execute()
        pipe.execute()


def checks(server):
    """Yields (name, command, environment, exit status) of each check that is run under valgrind."""
    environment = server.environment()
    server.write("ingestion")
    server.write("worker", "unhealthy")
    yield "a healthy check", [PROBE, "ingestion"], environment, 0
    yield "a healthy check, host by name", [PROBE, "ingestion"], server.environment("localhost"), 0
    yield "an unhealthy check", [PROBE, "worker"], environment, 1
    options = ["--timeout", "30s", "--max-age", "2h", "--ttl", "1h"]
    yield "a check with three options", [PROBE, *options, "ingestion"], environment, 0
    yield "a check with JSON output", [PROBE, "-o", "json", "ingestion"], environment, 0
    file = server.folder / "document.json"
    file.write_text(document(), encoding="utf-8")
    yield "a check of a file", [PROBE, "--file", str(file)], {"PATH": "/usr/bin:/bin"}, 0


@contextlib.contextmanager
def redis_server():
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder)
        try:
            server.wait()
            yield server
        finally:
            server.process.terminate()
            server.process.wait()
