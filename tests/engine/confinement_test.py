"""What a service may do: nothing that it has no need of."""

import re

import pytest

from harness.engine import PrivateEngine
from harness.stack import SERVICES


def status_of(engine, pid):
    with open(f"{engine.proc}/{pid}/status") as status:
        return dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)


@pytest.mark.parametrize("service", ["redis", *SERVICES])
def test_the_engine_was_told_so(running_stack, service):
    found = running_stack.inspect(service)
    host = found["HostConfig"]
    assert re.search(r"^[1-9]\d*:[1-9]\d*$", found["Config"]["User"])
    assert host["ReadonlyRootfs"]
    assert not host["Privileged"]
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert "no-new-privileges:true" in host["SecurityOpt"]


@pytest.mark.parametrize("service", ["redis", *SERVICES])
def test_and_the_kernel_too(engine, running_stack, service):
    if not isinstance(engine, PrivateEngine):
        pytest.skip("the processes of this engine may be those of another machine")
    pid = running_stack.inspect(service)["State"]["Pid"]
    status = status_of(engine, pid)
    assert "0" not in status["Uid"].split()
    assert "0" not in status["Gid"].split()
    for capabilities in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[capabilities], 16) == 0, capabilities
    assert status["NoNewPrivs"] == "1"
    with open(f"{engine.proc}/{pid}/mountinfo") as mounts:
        root = next(line.split() for line in mounts if line.split()[4] == "/")
    assert "ro" in root[5].split(",")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_password_of_the_writers_only(running_stack, service):
    mounts = [mount["Destination"] for mount in running_stack.inspect(service)["Mounts"]]
    assert mounts == ["/run/secrets/writer_password"]


def test_who_looks_from_outside_sees_all_services(running_stack):
    seen = running_stack.look()
    assert seen.returncode == 0, seen
    assert [line.split()[0] for line in seen.stdout.splitlines()] == list(SERVICES)


def test_people_ask_redis_what_the_alerts_name(running_stack):
    asked = running_stack.compose("run", "--rm", "-T", "redis-cli", "info", "server")
    assert "redis_version:" in asked.stdout


KEY = "health:ingestion"
AS_PROBE = "import redis; r = redis.Redis(username='probe', password=open(0).read()); "


def test_who_looks_from_outside_may_read(running_stack):
    read = running_stack.python("redis", AS_PROBE + f"print(r.getrange('{KEY}', 0, 7))", "probe")
    assert "status" in read.stdout


@pytest.mark.parametrize(
    "attempt", [f"r.setex('{KEY}', 9, 1)", f"r.delete('{KEY}')", "r.get('other')", "r.keys()"]
)
def test_who_looks_from_outside_may_do_nothing_else(running_stack, attempt):
    refused = running_stack.python("redis", AS_PROBE + attempt, "probe")
    assert "NoPermissionError" in refused.stderr


def test_without_a_password_redis_says_pong_and_nothing_else(running_stack):
    script = f"import redis; r = redis.Redis(); print(r.ping()); r.getrange('{KEY}', 0, 1)"
    found = running_stack.python("redis", script)
    assert found.stdout == "True\n"
    assert "NoPermissionError" in found.stderr
