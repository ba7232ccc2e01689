"""The recipes of docs/replicas.md, run as they stand there, but for images and addresses."""

import pathlib
import re
import socket

import pytest

from harness.beats import QUICK
from harness.python_service import Script
from harness.skips import needs
from harness.waiting import wait_until

try:
    import yaml
except ImportError:
    yaml = None

PAGE = (pathlib.Path(__file__).parents[2] / "docs" / "replicas.md").read_text()
ROSTER = "health::services"
HOST = socket.gethostname()


def recipe(title, language):
    section = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    return re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)[1]


def of_kubernetes():
    manifest = yaml.safe_load(recipe("Kubernetes", "yaml"))
    (container,) = manifest["spec"]["template"]["spec"]["containers"]
    environment = {entry["name"]: entry["value"] for entry in container["env"]}
    return environment, container["livenessProbe"]["exec"]["command"]


def of_compose(title, service):
    found = yaml.safe_load(recipe(title, "yaml"))["services"][service]
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
    wait_until(lambda: probe(*command[1:], **environment).exit == 0, 15, "its check passes")
    assert f"{member} " in probe(*command[1:], **environment).stdout
    assert client.zscore(ROSTER, f"{member}%h") is not None
    service.process.terminate()
    service.wait(10)
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


HEAD = """
import signal, sys, types
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
sys.modules["app"] = types.SimpleNamespace(test_query=lambda: True)
sys.modules["fastapi"] = types.SimpleNamespace(FastAPI=lambda lifespan: lifespan)
"""
GUNICORN = """
worker = types.SimpleNamespace(pid=__import__("os").getpid())
post_fork(None, worker)
signal.sigwait({signal.SIGTERM})
worker_exit(None, worker)
"""
UVICORN = """
async def serve():
    async with app(None):
        await asyncio.get_running_loop().run_in_executor(None, signal.sigwait, {signal.SIGTERM})
asyncio.run(serve())
"""


@pytest.mark.any_probe
@pytest.mark.parametrize("server, frame", [("gunicorn", GUNICORN), ("uvicorn", UVICORN)])
def test_each_worker_of_a_server_is_a_replica_and_leaves_when_it_ends(
    server, frame, client, probe, start_service
):
    code = HEAD + recipe(server, "python") + frame
    first, second = (
        start_service("web", tag=tag, kind=Script, code=code, **QUICK) for tag in "12"
    )

    def judged():
        return {line.split(":")[1].split()[0]: line.split()[1]
                for line in probe("web").stdout.splitlines() if line.startswith("web:")}  # fmt: skip

    names = [f"{HOST}-{service.process.pid}" for service in (first, second)]
    wait_until(lambda: judged() == dict.fromkeys(names, "healthy"), 20, "both are healthy")
    first.process.terminate()
    first.wait(10)
    assert judged() == {names[1]: "healthy"}
    second.process.terminate()
    second.wait(10)
    assert judged() == {names[1]: "unhealthy"}
    assert "[unhealthy]: stopped" in probe("web").stdout
    assert client.zscore(ROSTER, f"web:{names[0]}") < 0
