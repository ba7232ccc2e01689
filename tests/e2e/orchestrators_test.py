"""The health checks of compose/kubernetes.yaml and compose/swarm.yaml, run as they stand there."""

import http.client
import os
import pathlib
import socket

import pytest

from harness.ports import free_port
from harness.probe import run
from harness.process import binary, clean_environment, finish, spawn
from harness.skips import needs
from harness.values import document
from harness.waiting import wait_until

try:
    import yaml
except ImportError:
    yaml = None

COMPOSE = pathlib.Path(__file__).parents[2] / "compose"
SECRET = "se/cr:et"
RULES = "resetkeys ~health:* -@all +setex +getrange +pttl +zadd +zrange"
# Which check may fail for what: 1 fails.
EXPECTED = {
    #             startup, liveness, readiness, swarm
    "healthy":     (0, 0, 0, 0),
    "degraded":    (0, 0, 0, 0),
    "starting":    (1, 0, 1, 1),
    "unhealthy":   (1, 1, 1, 1),
    "missing":     (1, 1, 1, 1),
    "of another":  (1, 0, 1, 0),
    "Redis hangs": (0, 0, 1, 0),
    "Redis gone":  (0, 0, 1, 0),
}  # fmt: skip


def seconds(text):
    return int(str(text)[:-1]) * {"s": 1, "m": 60}[str(text)[-1]]


class Manifests:
    def __init__(self):
        text = (COMPOSE / "kubernetes.yaml").read_text()
        self.secret, self.deployment, self.by_http = yaml.safe_load_all(text)
        self.pod = self.deployment["spec"]["template"]["spec"]
        (self.container,) = self.pod["containers"]
        self.swarm = yaml.safe_load((COMPOSE / "swarm.yaml").read_text())
        self.texts = [text, (COMPOSE / "swarm.yaml").read_text()]

    def kubernetes_environment(self):
        return {entry["name"]: entry["value"] for entry in self.container["env"]}

    def checks(self):
        """Each command beside the environment that it finds itself in."""
        for kind in ("startup", "liveness", "readiness"):
            command = self.container[f"{kind}Probe"]["exec"]["command"]
            yield kind, command, self.kubernetes_environment()
        ingestion = self.swarm["services"]["ingestion"]
        first, *command = ingestion["healthcheck"]["test"]
        assert first == "CMD"
        yield "swarm", command, ingestion["environment"]


@pytest.fixture
def manifests():
    needs(yaml, "python3-yaml")
    return Manifests()


# --- Commands ---------------------------------------------------------------------


@pytest.fixture
def checks_here(manifests, redis, tmp_path):
    """Each check with its environment, but for what is elsewhere on this machine."""
    redis.set_user("heartbeat", SECRET, RULES)
    for text in manifests.texts:
        assert f"{RULES}\n" in text, "the access that the file asks for is tested here"
    password = tmp_path / "password"
    password.write_text(SECRET)
    here = {"HEARTBEAT_REDIS_URL": redis.url, "REDIS_PASSWORD_FILE": password}
    checks = []
    for kind, command, environment in manifests.checks():
        assert environment["REDIS_PASSWORD_FILE"].startswith("/run/secrets/")
        checks.append((kind, command, {**environment, **here}))
    return checks


def arrange(state, redis, client):
    if state == "Redis hangs":
        redis.freeze()
    elif state == "Redis gone":
        redis.stop()
    elif state != "missing":
        host = "elsewhere" if state == "of another" else socket.gethostname()
        status = "healthy" if state == "of another" else state
        fields = {"ttl_ms": 60_000, "interval_ms": 10_000, "instance": {"host": host}}
        client.setex("health:ingestion", 60, document(status, **fields))


@pytest.mark.own_redis(tcp=True)
@pytest.mark.parametrize("state", EXPECTED)
def test_each_check_fails_for_what_it_should_and_for_nothing_else(
    redis, client, checks_here, state
):
    arrange(state, redis, client)
    for (kind, command, environment), expected in zip(checks_here, EXPECTED[state]):
        assert command[0] == "healthprobe"
        found = run([binary("healthprobe"), *command[1:]], clean_environment(**environment))
        assert found.exit == expected, (kind, found)
        assert found.stderr == ""
        if state.startswith("Redis"):
            assert found.verdict == "unknown", (kind, found)
        elif state not in ("missing", "of another"):
            assert found.verdict == state, (kind, found)


@pytest.mark.slow(5)
@pytest.mark.own_redis(tcp=True)
def test_a_real_service_passes_the_checks_with_the_access_that_the_files_give(
    checks_here, start_service, wait_for_status
):
    _, _, environment = checks_here[0]
    environment = dict(environment)
    name, url = environment.pop("HEARTBEAT_SERVICE"), environment.pop("HEARTBEAT_REDIS_URL")
    start_service(name, url, **environment)
    wait_for_status(name, "healthy")
    for kind, command, environment in checks_here:
        found = run([binary("healthprobe"), *command[1:]], clean_environment(**environment))
        assert found.found == (0, "healthy", "healthy"), (kind, found)


# --- By HTTP ----------------------------------------------------------------------


class ByHttp:
    """The deployment that is asked by HTTP: healthboard beside the service, and no Redis."""

    def __init__(self, manifests, folder, cleanup):
        self.spec, self.cleanup = manifests.by_http["spec"], cleanup
        self.service, self.board = self.spec["template"]["spec"]["containers"]
        self.path = str(folder / "depth-collector.json")
        self.port = free_port()

    def start_board(self):
        here = {self.environment()["HEARTBEAT_FILE"]: self.path, ":8001": f"127.0.0.1:{self.port}"}
        arguments = [here.get(word, word) for word in self.board["args"]]
        board = spawn([binary("healthboard"), *arguments], env=clean_environment())
        self.cleanup.callback(finish, board)
        wait_until(lambda: self.get("/healthz") == 200, 60, "healthboard answers")

    def environment(self):
        return {entry["name"]: entry["value"] for entry in self.service["env"]}

    def get(self, path):
        """The status code; 0 where nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except ConnectionRefusedError:
            return 0
        finally:
            connection.close()

    def wait_for_probes(self, status):
        """Until all three have this one."""
        paths = [self.service[f"{kind}Probe"]["httpGet"]["path"]
                 for kind in ("startup", "liveness", "readiness")]  # fmt: skip
        wait_until(
            lambda: {self.get(path) for path in paths} == {status}, 60, f"all are {status}", every=0.3
        )


@pytest.fixture
def by_http(manifests, tmp_path, cleanup):
    return ByHttp(manifests, tmp_path, cleanup)


@pytest.mark.slow(8)
def test_healthboard_beside_a_service_answers_from_its_file_alone(by_http):
    by_http.start_board()
    by_http.wait_for_probes(503)
    fields = {"service": "depth-collector", "ttl_ms": 60_000, "interval_ms": 10_000}
    # Each time another answer than before.
    for status, answer in (("healthy", 200), ("starting", 503), ("degraded", 200), ("unhealthy", 503)):
        with open(by_http.path + ".new", "w") as file:
            file.write(document(status, **fields))
        os.rename(by_http.path + ".new", by_http.path)
        by_http.wait_for_probes(answer)


@pytest.mark.slow(5)
def test_a_real_service_that_has_no_redis_is_healthy_by_its_file(by_http, start_service):
    environment = {**by_http.environment(), "HEARTBEAT_FILE": by_http.path}
    name = environment.pop("HEARTBEAT_SERVICE")
    start_service(name, "redis://127.0.0.1:1", **environment)
    by_http.start_board()
    by_http.wait_for_probes(200)


def test_ports_paths_and_volumes_of_the_two_containers_fit_together(by_http):
    environment = by_http.environment()
    spec = by_http.spec
    assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]
    for kind in ("startup", "liveness", "readiness"):
        asked = by_http.service[f"{kind}Probe"]["httpGet"]
        assert f":{asked['port']}" in by_http.board["args"]
        assert asked["path"] == f"/health/{environment['HEARTBEAT_SERVICE']}"
    (volume,) = spec["template"]["spec"]["volumes"]
    for container in (by_http.service, by_http.board):
        (mount,) = container["volumeMounts"]
        assert mount["name"] == volume["name"]
        assert mount["mountPath"] == os.path.dirname(environment["HEARTBEAT_FILE"])
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


# --- The manifests themselves -------------------------------------------------------


def test_a_check_ends_by_itself_before_it_is_ended(manifests):
    limits = [(kind, command, manifests.container[f"{kind}Probe"]["timeoutSeconds"])
              for kind, command, _ in manifests.checks() if kind != "swarm"]  # fmt: skip
    for name, service in manifests.swarm["services"].items():
        health = service["healthcheck"]
        limits.append((name, health["test"][1:], seconds(health["timeout"])))
        # The longest wait of a critical check of the stand-ins is 60 s.
        assert seconds(health["start_period"]) > 60
        judged = seconds(health["start_period"])
        judged += health["retries"] * (seconds(health["interval"]) + seconds(health["timeout"]))
        assert seconds(service["deploy"]["update_config"]["monitor"]) > judged
        assert service["deploy"]["update_config"]["order"] == "stop-first"
    for kind, command, limit in limits:
        own = seconds(command[command.index("-t") + 1])
        assert limit > own + 1, kind
    # By then a Redis that came back empty has a beat again.
    liveness = manifests.container["livenessProbe"]
    assert liveness["periodSeconds"] * liveness["failureThreshold"] > 20


def test_nothing_runs_as_root_writes_to_its_root_or_has_the_password_in_its_environment(manifests):
    assert manifests.pod["securityContext"]["runAsNonRoot"]
    assert manifests.pod["securityContext"]["runAsUser"] != 0
    rights = manifests.container["securityContext"]
    assert rights["readOnlyRootFilesystem"]
    assert not rights["allowPrivilegeEscalation"]
    assert rights["capabilities"] == {"drop": ["ALL"]}
    for service in manifests.swarm["services"].values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["user"].split(":")[0] == service["secrets"][0]["uid"]
    environments = [manifests.kubernetes_environment()]
    environments += [service["environment"] for service in manifests.swarm["services"].values()]
    for environment in environments:
        assert "REDIS_PASSWORD" not in environment
        assert "@" not in environment["HEARTBEAT_REDIS_URL"]


def test_what_a_manifest_names_is_in_it(manifests):
    environment = manifests.kubernetes_environment()
    (mount,), (volume,) = manifests.container["volumeMounts"], manifests.pod["volumes"]
    folder, key = os.path.split(environment["REDIS_PASSWORD_FILE"])
    assert (mount["mountPath"], mount["name"]) == (folder, volume["name"])
    assert volume["secret"]["secretName"] == manifests.secret["metadata"]["name"]
    assert key in manifests.secret["stringData"]
    spec = manifests.deployment["spec"]
    assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]
    for name, service in manifests.swarm["services"].items():
        source = service["secrets"][0]["source"]
        assert source in manifests.swarm["secrets"]
        assert service["environment"]["REDIS_PASSWORD_FILE"] == f"/run/secrets/{source}"
        assert service["environment"]["HEARTBEAT_SERVICE"].startswith(name)
