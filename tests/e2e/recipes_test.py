"""The recipes of docs/replicas.md, run as they stand there, but for images and addresses."""

import socket

import pytest

from harness.beats import QUICK
from harness.pages import sample
from harness.skips import needs
from harness.waiting import wait_until

try:
    import yaml
except ImportError:
    yaml = None

PAGE = "docs/replicas.md"
ROSTER = "health::services"
HOST = socket.gethostname()


def of_kubernetes():
    manifest = yaml.safe_load(sample(PAGE, "Kubernetes", "yaml"))
    (container,) = manifest["spec"]["template"]["spec"]["containers"]
    environment = {entry["name"]: entry["value"] for entry in container["env"]}
    return environment, container["livenessProbe"]["exec"]["command"]


def of_compose(title, service):
    found = yaml.safe_load(sample(PAGE, title, "yaml"))["services"][service]
    return found["environment"], found["healthcheck"]["test"][1:]


@pytest.mark.parametrize("kind", ["Kubernetes", "Compose"])
def test_replicas_that_share_an_environment_are_named_by_their_hosts(
    kind, client, probe, start_service
):
    needs(yaml, "python3-yaml")
    environment, command = of_kubernetes() if kind == "Kubernetes" else of_compose(kind, "worker")
    environment.pop("HEARTBEAT_REDIS_URL")
    service = start_service("worker", **{**environment, **QUICK})
    member = f"worker:{HOST}"
    wait_until(lambda: probe(*command[1:], **environment).exit == 0, 60, "its check passes")
    assert f"{member} " in probe(*command[1:], **environment).stdout
    assert client.zscore(ROSTER, f"{member}%h") is not None
    service.process.terminate()
    service.wait(60)
    assert client.zscore(ROSTER, member) < 0
    client.delete(f"health:{member}")
    found = probe(*command[1:], **environment)
    assert (found.exit, found.reason) == (1, "missing")
    assert f"no key health:{member} " in found.text
    assert ", stopped 20" in found.text


def test_a_service_that_is_restarted_start_first_is_told_to_accept_degraded():
    needs(yaml, "python3-yaml")
    _, command = of_compose("Restarts that start the new process first", "ingestion")
    assert {"--degraded-ok", "--on-redis-error"} < set(command)
