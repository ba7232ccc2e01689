"""The JSON Schemas describe what the writers write and what the programs print: nothing less, and no
field more."""

import copy
import json
import os
import re
import signal
import time

import jsonschema
import pytest
from jsonschema import Draft202012Validator
from versions_test import recorded

from harness.board import ROSTER
from harness.probe import run
from harness.process import binary, clean_environment
from harness.python_service import PythonService
from harness.waiting import wait_until

try:
    import referencing  # what jsonschema uses from its version 4.18 on
except ImportError:
    referencing = None

ROOT = os.path.join(os.path.dirname(__file__), "..", "..")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def schema(path):
    found = json.loads(read(path))
    Draft202012Validator.check_schema(found)
    return found


DOCUMENT = schema("heartbeat/document.schema.json")
OUTPUT = schema("probe/output.schema.json")


def closed(part):
    """The schema without the permission for further fields."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    result = {
        name: value if name in ("if", "then", "else") else closed(value)
        for name, value in part.items()
    }
    if isinstance(part.get("properties"), dict):
        result["unevaluatedProperties"] = False
    return result


def validator(schema):
    """Knows both schemas."""
    if referencing is None:
        resolver = jsonschema.RefResolver.from_schema(schema, store={DOCUMENT["$id"]: DOCUMENT})
        return Draft202012Validator(schema, resolver=resolver)
    known = referencing.Registry().with_resource(
        DOCUMENT["$id"], referencing.Resource.from_contents(DOCUMENT)
    )
    return Draft202012Validator(schema, registry=known)


IS_DOCUMENT = validator(closed(DOCUMENT))
IS_OUTPUT = {name: validator({**closed(OUTPUT), "$ref": f"#/$defs/{name}", "anyOf": [True]})
             for name in ("service", "rest", "fleet")}  # fmt: skip


def assert_document(text):
    document = json.loads(text)
    errors = [f"{list(e.absolute_path)}: {e.message}" for e in IS_DOCUMENT.iter_errors(document)]
    assert not errors, (errors, document)
    return document


def assert_output(text, kind="service"):
    found = json.loads(text)
    errors = [f"{list(e.absolute_path)}: {e.message}" for e in IS_OUTPUT[kind].iter_errors(found)]
    assert not errors, (errors, found)
    assert validator(OUTPUT).is_valid(found)
    return found


def example():
    """That of FORMAT.md."""
    return json.loads(re.search(r"## Example\n\n```json\n(.*?)```", read("heartbeat/FORMAT.md"), re.S)[1])


def table(heading):
    """The names in the first column of the table below it."""
    text = read("heartbeat/FORMAT.md").split(f"{heading}\n", 1)[1].split("\n#", 1)[0]
    return {name for row in re.findall(r"^\| (`[^|]*) \|", text, re.M) for name in re.findall(r"`(\w+)`", row)}


def test_the_schema_of_the_document_has_the_fields_of_format_md():
    parts = DOCUMENT["$defs"]
    assert set(DOCUMENT["properties"]) == table("## Fields")
    assert set(parts["check"]["properties"]) == table("### A check")
    assert set(parts["writer"]["properties"]) == table("### The writer")
    known = {"host", "pid", "id", "name"} | table("### Whose beat it is")
    assert set(parts["instance"]["properties"]) == known


def test_the_schema_of_the_output_has_every_reason():
    names = re.search(r"reason_names\{(.*?)\}", read("probe/core/reason.cpp"), re.S)[1]
    assert OUTPUT["$defs"]["reason"]["enum"] == re.findall(r'"([\w-]+)"', names)


def test_the_example_is_a_document_and_with_a_field_of_another_type_it_is_none():
    document = assert_document(json.dumps(example()))
    paths = [(name,) for name in document]
    paths += [(name, field) for name in ("instance", "boot", "checks", "writer") for field in document[name]]
    paths += [("checks", "ticks_received", field) for field in document["checks"]["ticks_received"]]
    assert len(paths) > 40
    for path in paths:
        broken = copy.deepcopy(document)
        owner = broken
        for name in path[:-1]:
            owner = owner[name]
        owner[path[-1]] = ["of another type"]
        assert not IS_DOCUMENT.is_valid(broken), path
    assert validator(DOCUMENT).is_valid({**document, "market": "NSE"})
    assert not IS_DOCUMENT.is_valid({**document, "market": "NSE"})
    assert not IS_DOCUMENT.is_valid({"reason": "no status"})
    flag = document["checks"]["websocket_connected"]
    assert not IS_DOCUMENT.is_valid({**document, "checks": {"a": {**flag, "value": 1}}})
    assert not IS_DOCUMENT.is_valid({**document, "checks": {"a b": flag}})


@pytest.mark.parametrize("document", [document for _, _, document in recorded()])
def test_documents_of_0_1_0_fit(document):
    assert_document(document)


def test_documents_of_the_library_fit_in_every_state(beats, client):
    service = beats.start()
    assert_document(client.get("health:ingestion"))
    service.tell("break", "websocket_connected")
    wait_until(lambda: beats.document().get("status") == "unhealthy", 60, "it is unhealthy")
    assert_document(client.get("health:ingestion"))
    service.signal(signal.SIGTERM)
    wait_until(lambda: beats.document().get("reason") == "stopped", 60, "it says that it stopped")
    assert_document(client.get("health:ingestion"))


def test_documents_of_python_and_of_healthbeat_fit(start_service, client, redis_url):
    start_service("ingestion", kind=PythonService, HEARTBEAT_IMPLEMENTATION="python")
    wait_until(lambda: client.get("health:ingestion"), 60, "it beats")
    assert assert_document(client.get("health:ingestion"))["writer"]["implementation"] == "python"
    command = [binary("healthbeat"), "beat", "job", "--reason", "done"]
    assert run(command, clean_environment(HEARTBEAT_REDIS_URL=redis_url)).exit == 0
    assert_document(client.get("health:job"))


def states(client):
    """Documents of many kinds; gives their names."""
    document = example()
    check = document["checks"]["token_validity"]
    everything = {**check, "state": "suppressed", "would_be": "fail", "clears_in_ms": 5, "output": "\x1b",
                  "value_is_minimum": True}  # fmt: skip
    many = {f"check-{i}": everything for i in range(100)}
    unknown = {"status": "degraded", "checks": {"a": {**check, "value": "x", "kind": "flag", "limit": 3}}}
    documents = {
        "ingestion": document, "many": {**document, "service": "many", "checks": many}, "unknown": unknown,
        "stopped": {"status": "unhealthy", "reason": "stopped"}, "plain": {"status": "healthy"},
        "large": {"status": "unhealthy", "reason": "x" * 9000, "ttl_ms": 60_000, "interval_ms": 10_000},
    }  # fmt: skip
    for name, document in documents.items():
        client.setex(f"health:{name}", 60, json.dumps(document))
    client.setex("health:malformed", 60, "{")
    client.lpush("health:wrong-type", "x")
    client.set("health:no-expiry", '{"status": "healthy"}')
    return [*documents, "malformed", "wrong-type", "no-expiry", "missing"]


@pytest.mark.parametrize("options", [(), ("--checks",), ("--max-age", "1s"), ("--own",)])
def test_what_json_says_of_a_service_fits(client, probe, options):
    seen = {}
    for name in states(client):
        answer = probe(name, "-o", "json", *options)
        seen[name] = assert_output(answer.stdout)
        assert seen[name]["exit"] == answer.exit
    good = seen["ingestion"]
    checks = {name: {**check, "more": 1} for name, check in good["checks"].items()}
    for bad in ({**good, "more": 1}, {**good, "checks": checks}, {**good, "reason": "bad"}):
        assert not IS_OUTPUT["service"].is_valid(bad)
    assert ("omitted" in seen["many"]) == ("--checks" not in options)
    assert ("writer" in seen["ingestion"]) == ("--checks" in options)
    gone = probe("a", "b", "-o", "json", redis_url="redis://127.0.0.1:1")
    for line in gone.stdout.splitlines():
        assert_output(line)


def test_what_json_says_of_a_file_fits(probe, tmp_path):
    path = tmp_path / "ingestion.json"
    path.write_text(json.dumps(example()))
    for url in ("none", "redis://127.0.0.1:1"):
        found = assert_output(
            probe("ingestion", "--file", str(path), "-o", "json", redis_url=url).stdout
        )
        assert found["source"] == "file"
        assert ("redis" in found) == (url != "none")


def test_what_json_says_of_a_fleet_fits(client, probe, board):
    names = states(client)
    client.zadd(ROSTER, {name: time.time() for name in names})
    for line in probe("--all", "-o", "json").stdout.splitlines():
        assert_output(line)
    for i in range(300):
        client.setex(f"health:more-{i:03}", 60, '{"status": "degraded"}')
    client.zadd(ROSTER, {f"more-{i:03}": time.time() for i in range(300)})
    *lines, last = probe("--all", "-o", "json").stdout.splitlines()
    for line in lines:
        assert_output(line)
    assert assert_output(last, "rest")["omitted"]["degraded"] > 200
    board.start()
    fleet = assert_output(board.get("/health")[2], "fleet")
    assert len(fleet["services"]) == len(names) + 300
    for name in names:
        assert_output(board.get(f"/health/{name}")[2])
