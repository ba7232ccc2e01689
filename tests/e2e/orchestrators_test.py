"""The health checks of compose/kubernetes.yaml and compose/swarm.yaml, run as they stand there."""

import http.client
import os
import pathlib
import socket
import time

from harness import Case, needs, test
from harness.probe import run
from harness.process import binary, clean_environment, finish, spawn
from harness.redis_server import free_port
from harness.service import Service
from harness.values import document

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


class OrchestratorCase(Case):
    topic = "orchestrators"

    def setUp(self):
        super().setUp()
        needs(yaml, "python3-yaml")
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
        self.assertEqual(first, "CMD")
        yield "swarm", command, ingestion["environment"]


class Commands(OrchestratorCase):
    def setUp(self):
        super().setUp()
        self.start_redis(tcp=True)
        self.redis.set_user("heartbeat", SECRET, RULES)
        for text in self.texts:
            self.assertIn(f"{RULES}\n", text, "the access that the file asks for is tested here")
        self.password = os.path.join(self.folder, "password")
        with open(self.password, "w") as file:
            file.write(SECRET)

    def local(self, environment):
        """The same, but for what is elsewhere on this machine."""
        self.assertTrue(environment["REDIS_PASSWORD_FILE"].startswith("/run/secrets/"))
        moved = {"HEARTBEAT_REDIS_URL": self.redis.url, "REDIS_PASSWORD_FILE": self.password}
        return {**environment, **moved}

    def arrange(self, state):
        if state == "Redis hangs":
            self.redis.freeze()
        elif state == "Redis gone":
            self.redis.thaw()
            self.redis.stop()
        elif state == "missing":
            self.client.delete("health:ingestion")
        else:
            host = "elsewhere" if state == "of another" else socket.gethostname()
            status = "healthy" if state == "of another" else state
            fields = {"ttl_ms": 60_000, "interval_ms": 10_000, "instance": {"host": host}}
            self.client.setex("health:ingestion", 60, document(status, **fields))

    @test("each check fails for what it should, and for nothing else", seconds=10)
    def test_table(self):
        for state in EXPECTED:
            self.check(state)

    def check(self, state):
        self.arrange(state)
        for (kind, command, environment), expected in zip(self.checks(), EXPECTED[state]):
            with self.subTest(state=state, kind=kind):
                self.assertEqual(command[0], "healthprobe")
                found = run([binary("healthprobe"), *command[1:]],
                            clean_environment(**self.local(environment)))  # fmt: skip
                self.assertEqual(found.exit, expected, found)
                self.assertEqual(found.stderr, "")
                if state.startswith("Redis"):
                    self.assertEqual(found.verdict, "unknown", found)
                elif state not in ("missing", "of another"):
                    self.assertEqual(found.verdict, state, found)

    @test("a real service passes them with the access that the files give", seconds=5)
    def test_service(self):
        environment = self.local(self.kubernetes_environment())
        name, url = environment.pop("HEARTBEAT_SERVICE"), environment.pop("HEARTBEAT_REDIS_URL")
        service = self.start_service(name, url, **environment)
        self.assertIsInstance(service, Service)
        self.wait_for_status(name, "healthy")
        for kind, command, found_in in self.checks():
            found = run([binary("healthprobe"), *command[1:]],
                        clean_environment(**self.local(found_in)))  # fmt: skip
            self.assertEqual(found.found, (0, "healthy", "healthy"), (kind, found))


class ByHttp(OrchestratorCase):
    """The deployment that is asked by HTTP: healthboard beside the service, and no Redis."""

    def setUp(self):
        super().setUp()
        self.service, self.board = self.by_http["spec"]["template"]["spec"]["containers"]
        self.path = os.path.join(self.folder, "depth-collector.json")
        self.port = free_port()

    def start_board(self):
        here = {self.environment()["HEARTBEAT_FILE"]: self.path, ":8001": f"127.0.0.1:{self.port}"}
        arguments = [here.get(word, word) for word in self.board["args"]]
        board = spawn([binary("healthboard"), *arguments], env=clean_environment())
        self.addCleanup(finish, board)
        self.wait_until(lambda: self.get("/healthz") == 200, 20, "healthboard answers")

    def environment(self):
        return {entry["name"]: entry["value"] for entry in self.service["env"]}

    def get(self, path):
        """The status code; 0 where nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except ConnectionRefusedError:
            return 0
        finally:
            connection.close()

    def get_probes(self):
        found = {self.get(self.service[f"{kind}Probe"]["httpGet"]["path"])
                 for kind in ("startup", "liveness", "readiness")}  # fmt: skip
        self.assertEqual(len(found), 1)
        return found.pop()

    @test("healthboard beside a service answers from its file alone", seconds=8)
    def test_file(self):
        self.start_board()
        self.assertEqual(self.get_probes(), 503)
        fields = {"service": "depth-collector", "ttl_ms": 60_000, "interval_ms": 10_000}
        for status in ("starting", "healthy", "degraded", "unhealthy"):
            with open(self.path + ".new", "w") as file:
                file.write(document(status, **fields))
            os.rename(self.path + ".new", self.path)
            time.sleep(1.1)
            self.assertEqual(self.get_probes(), 200 if status in ("healthy", "degraded") else 503, status)

    @test("a real service that has no Redis is healthy by its file", seconds=5)
    def test_service(self):
        environment = {**self.environment(), "HEARTBEAT_FILE": self.path}
        name = environment.pop("HEARTBEAT_SERVICE")
        self.start_service(name, "redis://127.0.0.1:1", **environment)
        self.start_board()
        self.wait_until(lambda: self.get_probes() == 200, 20, "it is healthy", every=0.3)

    @test("ports, paths and volumes of the two containers fit together")
    def test_names(self):
        environment = self.environment()
        spec = self.by_http["spec"]
        self.assertEqual(spec["selector"]["matchLabels"], spec["template"]["metadata"]["labels"])
        for kind in ("startup", "liveness", "readiness"):
            asked = self.service[f"{kind}Probe"]["httpGet"]
            self.assertIn(f":{asked['port']}", self.board["args"])
            self.assertEqual(asked["path"], f"/health/{environment['HEARTBEAT_SERVICE']}")
        (volume,) = spec["template"]["spec"]["volumes"]
        for container in (self.service, self.board):
            (mount,) = container["volumeMounts"]
            self.assertEqual((mount["name"], mount["mountPath"]),
                             (volume["name"], os.path.dirname(environment["HEARTBEAT_FILE"])))  # fmt: skip
            self.assertEqual(container["securityContext"]["capabilities"], {"drop": ["ALL"]})


class Manifests(OrchestratorCase):
    @test("a check ends by itself before it is ended")
    def test_limits(self):
        limits = [(kind, command, self.container[f"{kind}Probe"]["timeoutSeconds"])
                  for kind, command, _ in self.checks() if kind != "swarm"]  # fmt: skip
        for name, service in self.swarm["services"].items():
            health = service["healthcheck"]
            limits.append((name, health["test"][1:], seconds(health["timeout"])))
            # The longest wait of a critical check of the stand-ins is 60 s.
            self.assertGreater(seconds(health["start_period"]), 60)
            judged = seconds(health["start_period"])
            judged += health["retries"] * (seconds(health["interval"]) + seconds(health["timeout"]))
            self.assertGreater(seconds(service["deploy"]["update_config"]["monitor"]), judged)
            self.assertEqual(service["deploy"]["update_config"]["order"], "stop-first")
        for kind, command, limit in limits:
            own = seconds(command[command.index("-t") + 1])
            self.assertGreater(limit, own + 1, kind)
        # By then a Redis that came back empty has a beat again.
        liveness = self.container["livenessProbe"]
        self.assertGreater(liveness["periodSeconds"] * liveness["failureThreshold"], 20)

    @test("nothing runs as root, writes to its root, or has the password in its environment")
    def test_rights(self):
        self.assertTrue(self.pod["securityContext"]["runAsNonRoot"])
        self.assertNotEqual(self.pod["securityContext"]["runAsUser"], 0)
        rights = self.container["securityContext"]
        self.assertTrue(rights["readOnlyRootFilesystem"])
        self.assertFalse(rights["allowPrivilegeEscalation"])
        self.assertEqual(rights["capabilities"], {"drop": ["ALL"]})
        for service in self.swarm["services"].values():
            self.assertTrue(service["read_only"])
            self.assertEqual(service["cap_drop"], ["ALL"])
            self.assertEqual(service["user"].split(":")[0], service["secrets"][0]["uid"])
        environments = [self.kubernetes_environment()]
        environments += [service["environment"] for service in self.swarm["services"].values()]
        for environment in environments:
            self.assertNotIn("REDIS_PASSWORD", environment)
            self.assertNotIn("@", environment["HEARTBEAT_REDIS_URL"])

    @test("what a manifest names is in it")
    def test_names(self):
        environment = self.kubernetes_environment()
        (mount,), (volume,) = self.container["volumeMounts"], self.pod["volumes"]
        folder, key = os.path.split(environment["REDIS_PASSWORD_FILE"])
        self.assertEqual((mount["mountPath"], mount["name"]), (folder, volume["name"]))
        self.assertEqual(volume["secret"]["secretName"], self.secret["metadata"]["name"])
        self.assertIn(key, self.secret["stringData"])
        spec = self.deployment["spec"]
        self.assertEqual(spec["selector"]["matchLabels"], spec["template"]["metadata"]["labels"])
        for name, service in self.swarm["services"].items():
            source = service["secrets"][0]["source"]
            self.assertIn(source, self.swarm["secrets"])
            self.assertEqual(service["environment"]["REDIS_PASSWORD_FILE"], f"/run/secrets/{source}")
            self.assertTrue(service["environment"]["HEARTBEAT_SERVICE"].startswith(name))
