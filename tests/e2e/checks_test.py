"""healthprobe --checks: every check of a service and its writer."""

import json
import re

import pytest

from harness.waiting import wait_until

OUTPUT_LIMIT = 4096  # what Docker keeps


def check(state="pass", **fields):
    return {"severity": "critical", "state": state, "kind": "flag", "value": state == "pass",
            "comparison": "==", "limit": True, **fields}  # fmt: skip


@pytest.fixture
def put(client):
    def put(name="ingestion", status="healthy", **fields):
        document = {"status": status, "ttl_ms": 60_000, "interval_ms": 10_000, **fields}
        client.setex(f"health:{name}", 60, json.dumps(document))

    return put


@pytest.fixture
def ask(probe):
    return lambda *arguments, **variables: probe("ingestion", *arguments, **variables)


def test_the_checks_of_a_running_service_fit_into_80_columns(beats, ask):
    service = beats.start()
    answer = ask("--checks")
    assert answer.exit == 0
    lines = answer.stdout.splitlines()
    assert re.match(r"ingestion healthy \[healthy\]: \d+ checks? pass", lines[0])
    assert lines[1:3] == ["", next(line for line in lines if line.startswith("STATE "))]
    row = r"^pass +critical +websocket_connected +true +true +\d\d:\d\d:\d\dZ \(\d+s\)$"
    assert re.search(row, answer.stdout, re.M)
    assert f", pid {service.process.pid}\n" in answer.stdout
    assert re.search(r"^version +\d+\.\d+\.\d+$", answer.stdout, re.M)
    assert re.search(r"^sequence +\d+$", answer.stdout, re.M)
    assert max(map(len, lines)) <= 80


def test_a_failing_check_is_on_top_and_the_exit_status_is_as_without_the_option(put, ask):
    checks = {"b": check(), "a": check("fail", output="\x1b[2J refused")}
    put(status="unhealthy", checks=checks)
    answer = ask("--checks")
    assert answer.exit == ask().exit == 1
    rows = answer.stdout.split("SINCE\n")[1].splitlines()
    assert rows[0].startswith("fail ")
    assert rows[1] == r"  \x1b[2J refused"
    assert rows[2].startswith("pass ")
    assert ask("--checks", "--explain").stdout.startswith(answer.stdout.split("\n")[0])


def test_only_without_the_option_the_checks_are_cut_to_what_docker_keeps(put, ask):
    put(checks={f"check-{i}": check("pass" if i else "fail") for i in range(100)})
    cut = json.loads(ask("-o", "json").stdout)
    assert 10 < len(cut["checks"]) < 100
    assert cut["omitted"] == {"checks": 100 - len(cut["checks"])}
    assert next(iter(cut["checks"])) == "check-0"
    answer = ask("--checks", "-o", "json")
    assert len(answer.stdout) > OUTPUT_LIMIT
    assert len(json.loads(answer.stdout)["checks"]) == 100
    assert len(ask("--checks").stdout.splitlines()) > 100


@pytest.mark.own_redis
def test_the_checks_come_from_the_file_when_redis_is_gone(beats, redis, ask, tmp_path):
    path = tmp_path / "ingestion.json"
    beats.start(HEARTBEAT_FILE=str(path))
    wait_until(lambda: path.exists() and '"status":"healthy"' in path.read_text(), 60, "the file is healthy")
    redis.stop()
    answer = ask("--checks", HEARTBEAT_FILE=str(path))
    assert answer.exit == 0, answer
    assert re.search(r"^pass +critical +websocket_connected ", answer.stdout, re.M)
