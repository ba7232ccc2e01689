"""What a test of healthboard needs: one that listens, and what it answers."""

import http.client
import json
import pathlib
import subprocess
import time

import pytest

from harness.ports import free_port
from harness.probe import PATIENT
from harness.process import binary, clean_environment, spawn
from harness.waiting import wait_until

# Fresh for longer than any test lasts.
HEALTHY = json.dumps({"status": "healthy", "ttl_ms": 3_600_000, "interval_ms": 1_200_000})
ROSTER = "health::services"


class Board:
    def __init__(self, redis, client):
        self.redis, self.client = redis, client
        self.process = None

    def start(self, *arguments, stdout=None, **variables):
        self.port = free_port()
        command = [binary("healthboard"), "--listen", f"127.0.0.1:{self.port}", *arguments]
        environment = clean_environment(**{"HEARTBEAT_REDIS_URL": self.redis.url, **PATIENT, **variables})
        self.log = pathlib.Path(self.redis.folder, f"board-{self.port}.log")
        with self.log.open("a") as log:
            self.process = spawn(command, env=environment, stdout=stdout or log, stderr=subprocess.PIPE)
        wait_until(lambda: self.get("/healthz")[0] == 200, 60, "healthboard answers")
        return self

    def end(self):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(60)
        self.process.stderr.close()
        self.process = None

    def get(self, path, accept="*/*", method="GET", within=60):
        """Status, content type and body; 0 where there is no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=within)
        try:
            connection.request(method, path, headers={"Accept": accept})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type"), answer.read().decode()
        except OSError:
            return 0, "", ""
        finally:
            connection.close()

    def put(self, name, status="healthy", document=HEALTHY):
        seconds = json.loads(document)["ttl_ms"] // 1000
        self.client.setex(f"health:{name}", seconds, document.replace("healthy", status, 1))
        self.client.zadd(ROSTER, {name: time.time()})


@pytest.fixture
def board(redis, client):
    """A healthboard that is not started yet."""
    one = Board(redis, client)
    yield one
    one.end()
