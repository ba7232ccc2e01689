"""Every command that an alert or the guide to trouble names, run as the user who is meant to run it."""

import re
import shlex
import subprocess
import time

import pytest

from harness.pages import PROJECT, blocks
from harness.ports import free_port
from harness.process import any_probe, binary, clean_environment, finish, spawn
from harness.prometheus import ALERTS, fetch
from harness.skips import needs
from harness.values import document
from harness.waiting import wait_until

try:
    import yaml
except ImportError:
    yaml = None

COMPOSE = PROJECT / "compose/compose.yaml"
GUIDE = PROJECT / "docs/troubleshooting.md"
# Of the machine, not of the stack: what they need is not the stack's to give.
MACHINE = {"uptime", "top", "dmesg", "crontab", "ls", "promtool"}
PROGRAMS = {"healthprobe", "redis-cli", "docker", "curl", *MACHINE}
DENIED = re.compile(r"NOPERM|NOAUTH|WRONGPASS|\[denied\]|\[auth\]|\[usage\]|unknown command|wrong number")


def commands_of_alerts():
    for group in yaml.safe_load(ALERTS.read_text())["groups"]:
        for rule in group["rules"]:
            text = rule["annotations"]["description"]
            text = text.replace("{{ $labels.health_service }}", "ingestion")
            for command in re.findall(r"`([^`]+)`", re.sub(r"\{\{.*?\}\}", "", text, flags=re.DOTALL)):
                yield command


def commands_of_guide():
    for block in blocks(GUIDE):
        for line in block.text.splitlines():
            if block.language == "sh":
                yield line
            elif block.language == "console" and line.startswith("$ "):
                yield line[2:]
    for span in re.findall(r"`([^`\n]+)`", GUIDE.read_text()):
        words = span.split()
        if len(words) > 1 and words[0] in PROGRAMS:
            yield span.replace("NAME", "gone")


def stack():
    return yaml.safe_load(COMPOSE.read_text())


class Operator:
    """Somebody at the stack, on whose machine it is."""

    def __init__(self, shipped, board_port):
        self.shipped, self.board_port = shipped, board_port
        self.services = stack()["services"]

    def run(self, command):
        program, *words = shlex.split(command)
        if program == "docker":
            return self.docker(command, words)
        if program in ("healthprobe", "redis-cli"):
            return self.in_stack("look" if program == "healthprobe" else program, words)
        if program == "curl":
            command = command.replace("localhost:8686", f"127.0.0.1:{self.board_port}")
            assert "healthprobe_healthy" in self.output(shlex.split(command), {})
        else:
            assert program in MACHINE, command
        return None

    def docker(self, command, words):
        """The commands of the engine need no login, but what they name must be there."""
        found = re.fullmatch(r"compose run --rm (\S+) (.*)", " ".join(words))
        if found:
            self.in_stack(found[1], shlex.split(found[2]))
        elif words[:2] == ["compose", "logs"]:
            assert words[2] in self.services, command
        elif words[:2] == ["compose", "--profile"]:
            assert any(words[2] in one.get("profiles", ()) for one in self.services.values())
        elif words[0] == "exec":
            self.in_stack("look", [*words[3:], "ingestion"])
        else:
            assert words[0] in ("inspect", "stats"), command

    def in_stack(self, service, words):
        """`docker compose run --rm SERVICE WORD...`, on loopback."""
        description = self.services[service]
        variables = {
            name: self.shipped.here(value)
            for name, value in description.get("environment", {}).items()
        }
        start = [self.shipped.here(word) for word in description.get("entrypoint", [any_probe()])]
        output = self.output([*start, *words], variables)
        assert output and not DENIED.search(output), (service, words, output)

    def output(self, command, variables):
        done = subprocess.run(
            command, env=clean_environment(**variables), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode in (0, 1), (command, done)
        return done.stdout + done.stderr


@pytest.fixture
def operator(shipped_redis, cleanup):
    needs(yaml, "python3-yaml")
    watched = stack()["x-watched"]
    with shipped_redis.server.client() as client:
        for service in watched:
            client.setex(f"health:{service}", 600, document("healthy", ttl_ms=600_000))
        client.zadd("health::services", dict.fromkeys([*watched, "gone"], time.time()))
    board = stack()["services"]["healthboard"]
    variables = {name: shipped_redis.here(value) for name, value in board["environment"].items()}
    variables["HEALTHBOARD_LISTEN"] = f"127.0.0.1:{free_port()}"
    process = spawn([binary("healthboard"), *watched], env=clean_environment(**variables))
    cleanup.callback(finish, process)
    url = f"http://{variables['HEALTHBOARD_LISTEN']}/healthz"
    wait_until(lambda: fetch(url), 60, "healthboard answers")
    return Operator(shipped_redis, int(variables["HEALTHBOARD_LISTEN"].split(":")[1]))


NAMED = {"alerts": commands_of_alerts, "guide": commands_of_guide}


@pytest.mark.parametrize("where, least", [("alerts", 20), ("guide", 5)])
def test_the_operator_may_run_every_command_that_is_named(where, least, operator):
    named = list(NAMED[where]())
    assert len(named) >= least
    for command in dict.fromkeys(named):
        operator.run(command)
    assert operator.shipped.refused() == []


@pytest.mark.parametrize(
    "words",
    ["setex health:ingestion 60 x", "del health:ingestion", "get other", "flushall", "shutdown",
     "config set requirepass x", "acl setuser operator allcommands", "keys *", "publish market:x y"],
)  # fmt: skip
def test_the_operator_may_do_nothing_else(operator, words):
    with pytest.raises(AssertionError, match="NOPERM"):
        operator.in_stack("redis-cli", words.split())


def test_every_command_is_marked_as_one():
    """What follows `:` in an annotation, and looks like a command, is in backquotes."""
    needs(yaml, "python3-yaml")
    for group in yaml.safe_load(ALERTS.read_text())["groups"]:
        for rule in group["rules"]:
            bare = re.sub(r"`[^`]*`|\{\{.*?\}\}", "", rule["annotations"]["description"], flags=re.DOTALL)
            assert not re.search(r"\b(redis-cli|docker |curl |healthprobe --|promtool)", bare), bare


def test_the_services_that_are_watched_are_those_that_beat_and_stand_there_once():
    needs(yaml, "python3-yaml")
    services = stack()["services"]
    beat = [
        one["environment"]["HEARTBEAT_SERVICE"]
        for one in services.values()
        if "HEARTBEAT_SERVICE" in one.get("environment", {})
    ]
    assert stack()["x-watched"] == beat
    for name in ("look", "healthboard"):
        assert services[name]["command"] == beat
    assert COMPOSE.read_text().count("signal-generator]") == 1
