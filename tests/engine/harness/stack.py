"""compose.yaml, up on the engine, with quick health checks and passwords of its own."""

import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time

from harness.images import OURS, PROJECT

PROGRAMS = {
    "ingestion": "ingestion",
    "worker-1": "worker",
    "worker-2": "worker",
    "worker-3": "worker",
    "depth-collector": "depth-collector",
    "signal-generator": "signal-generator",
}
SERVICES = tuple(PROGRAMS)
INTERVAL = 3  # seconds between health checks
QUICK = {"interval": f"{INTERVAL}s", "timeout": "15s", "retries": 2, "start_period": "1s"}
# Always open; in the one zone that the images know.
BEATS = {
    "HEARTBEAT_INTERVAL": "2s",
    "HEARTBEAT_TTL": "20s",
    "MARKET_HOURS": "Mon-Sun 00:00-24:00 Asia/Kolkata",
}
LIVENESS = ["CMD", "healthprobe", "--degraded-ok", "--on-redis-error", "pass"]


def live(service):
    """The same service once more, with the flags of a liveness check."""
    return f"live-{service}"


class Stack:
    """compose.yaml, or `file`, in compose/ or a folder of it."""

    part = ""
    file = "compose.yaml"
    services = ("redis", *SERVICES)

    def __init__(self, engine, images):
        self.engine = engine
        self.images = images
        self.project = f"{OURS}-{secrets.token_hex(3)}"
        self.folder = tempfile.mkdtemp(prefix="engine-stack-")
        compose = os.path.join(self.folder, "compose")
        shutil.copytree(os.path.join(PROJECT, "compose"), compose)
        self.compose_folder = os.path.join(compose, self.part)
        self.engine.run(os.path.join(self.compose_folder, "new-secrets"))
        self.passwords = {name: self._secret(name) for name in ("writer", "probe")}
        self.compose_command = self._compose_command()
        self.ids = {}  # of the containers, by service
        self.events = None
        self.events_file = os.path.join(self.folder, "events")

    def _secret(self, user):
        with open(os.path.join(self.compose_folder, "secrets", f"{user}_password")) as file:
            return file.read()

    def _compose_command(self):
        if self.engine.docker("compose", "version", check=False).returncode == 0:
            return ["docker", "compose"]
        return ["docker-compose"]

    # --- Up and down ------------------------------------------------------------

    def up(self):
        self._override(self._overrides())
        with open(self.events_file, "w") as file:
            self.events = subprocess.Popen(
                ["docker", "events", "--format", "{{json .}}"],
                stdin=subprocess.DEVNULL,
                stdout=file,
                env=self.engine.environment,
            )
        self.compose("up", "-d", "--no-build", "redis", *SERVICES, timeout=600)

    def existing(self, script, services):
        """existing-stack.yaml, up, with the script as each of these services."""
        stack = Stack(self.engine, self.images)
        stack.file = "existing-stack.yaml"
        tools = {"image": self.images.tools, "healthcheck": QUICK}
        overrides = {name: {**tools, "command": ["python3", "-c", script]} for name in services}
        overrides["redis"] = {**tools, "command": ["redis-server", "--protected-mode", "no"]}
        stack._override(overrides)
        try:
            stack.compose("up", "-d", "--no-build", timeout=600)
        except BaseException:
            stack.down()
            raise
        return stack

    def _override(self, services):
        with open(os.path.join(self.compose_folder, "test.json"), "w") as file:
            json.dump({"services": services}, file)

    def _overrides(self):
        overrides = {"redis": {"image": self.images.tools, "healthcheck": QUICK}}
        for service, program in PROGRAMS.items():
            overrides[service] = {
                "image": self.images.name(program),
                "healthcheck": QUICK,
                "environment": BEATS,
            }
            overrides[live(service)] = {
                "image": self.images.name(program),
                "profiles": ["live"],
                "user": "65532:65532",
                "read_only": True,
                "secrets": ["writer_password"],
                "environment": {
                    **BEATS,
                    "HEARTBEAT_SERVICE": service,
                    "HEARTBEAT_PREFIX": "health:live:",
                    "REDIS_URL": "redis://redis:6379",
                    "REDIS_USERNAME": "writer",
                    "REDIS_PASSWORD_FILE": "/run/secrets/writer_password",
                },
                "healthcheck": {**QUICK, "interval": f"{2 * INTERVAL}s", "test": LIVENESS},
            }
        overrides["look"] = {"image": self.images.name("healthprobe")}
        overrides["redis-cli"] = {"image": self.images.tools}
        overrides["healthboard"] = {"image": self.images.name("healthboard"), "healthcheck": QUICK}
        return overrides

    def compose(self, *arguments, **options):
        command = [*self.compose_command, "-p", self.project]
        command += ["-f", self.file, "-f", "test.json", *arguments]
        return self.engine.run(*command, folder=self.compose_folder, **options)

    # --- Looking ----------------------------------------------------------------

    def id(self, service):
        if service not in self.ids:
            labels = {"project": self.project, "oneoff": "False"}
            wanted = [f"--filter=label=com.docker.compose.{name}={x}" for name, x in labels.items()]
            shown = ["--no-trunc", "--format", '{{.Label "com.docker.compose.service"}} {{.ID}}']
            listed = self.engine.docker("ps", "-a", *wanted, *shown).stdout
            self.ids = dict(line.split() for line in listed.splitlines())
        return self.ids.get(service, "")

    def containers(self):
        label = f"label=com.docker.compose.project={self.project}"
        return self.engine.docker("ps", "-aq", "--filter", label).stdout.split()

    def inspect(self, service):
        return json.loads(self.engine.docker("inspect", self.id(service)).stdout)[0]

    def health(self, service):
        """What the engine itself says: the word, and the log of the last checks."""
        health = self.inspect(service)["State"]["Health"]
        return health["Status"], health["Log"] or []

    def statuses(self, services):
        ids = {self.id(service): service for service in services}
        template = "{{.Id}} {{.State.Health.Status}}"
        found = self.engine.docker("inspect", "-f", template, *ids).stdout.splitlines()
        return {ids[id]: word for id, word in map(str.split, found)}

    def last_line(self, service):
        """The output of its last health check, whole."""
        log = self.health(service)[1]
        return log[-1]["Output"] if log else ""

    # --- Meddling ---------------------------------------------------------------

    def tell(self, service, *words):
        """A word to a stand-in, from a second process in its container."""
        return self.engine.docker("exec", self.id(service), PROGRAMS[service], *words).stdout

    def probe(self, service, *arguments):
        """The probe by hand, in the container of a service."""
        return self.engine.docker(
            "exec", self.id(service), "healthprobe", *arguments, check=False
        )

    def signal(self, service, name):
        self.engine.docker("kill", "-s", name, self.id(service))

    def stop(self, service):
        self.engine.docker("stop", "-t", "10", self.id(service))

    def start(self, service):
        self.engine.docker("start", self.id(service))

    def restart(self, *services):
        self.engine.docker("restart", "-t", "10", *map(self.id, services))

    def pause(self, service):
        self.engine.docker("pause", self.id(service))

    def unpause(self, service):
        self.engine.docker("unpause", self.id(service))

    def start_live(self):
        self.compose("up", "-d", "--no-build", "--no-deps", *map(live, SERVICES), timeout=600)

    def start_healthboard(self):
        self.compose("--profile", "monitoring", "up", "-d", "--no-build", "--no-deps", "healthboard", timeout=600)

    def remove(self, *services):
        for service in services:
            self.engine.docker("rm", "-f", "-v", self.id(service))
            self.ids.pop(service, None)

    def python(self, service, script, user=None):
        """A script in a container that has Python; the password of `user` is its input."""
        command = ["exec", "-i", self.id(service), "python3", "-c", script]
        return self.engine.docker(*command, text=self.passwords.get(user), check=False)

    def seen_events(self):
        with open(self.events_file) as file:
            return file.read()

    def ping_redis(self):
        asked = self.engine.docker("exec", self.id("redis"), "redis-cli", "ping", check=False)
        return asked.stdout == "PONG\n"

    def look(self, *arguments):
        """The probe from outside, as people use it."""
        return self.compose("run", "--rm", "-T", "look", *arguments, check=False)

    def down(self):
        for container in self.containers():  # whatever profile it belongs to
            self.engine.docker("rm", "-f", "-v", container, check=False)
        self.compose("down", "-v", "--remove-orphans", check=False)
        if self.events:
            self.events.terminate()
            self.events.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
