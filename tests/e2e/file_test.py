"""A file beside Redis: the probe is told the truth when Redis is unreachable."""

import datetime
import json
import os
import re
import time

import pytest
from faults_names_test import silent as resolver_that_hangs

from harness.beats import QUICK
from harness.hung_mount import HungMount
from harness.probe import run
from harness.process import binary, clean_environment
from harness.stage import Stage
from harness.waiting import wait_until

HEALTHY = (0, "healthy", "healthy")
STALE = (1, "unhealthy", "stale")
BOOT = "/proc/sys/kernel/random/boot_id"


class BeatFile:
    """The file of a service, and the probe that is told of it."""

    def __init__(self, path, probe):
        self.path, self.probe = path, probe

    def read(self):
        try:
            return json.loads(self.path.read_text())
        except FileNotFoundError:
            return {}

    def ask(self, *arguments, **variables):
        return self.probe("ingestion", *arguments, HEARTBEAT_FILE=self.path, **variables)

    def wait_for(self, found, ask, within=60):
        """The first answer like this."""
        answers = []

        def is_it():
            answers.append(ask())
            return answers[-1].found == found

        wait_until(is_it, within, f"the probe says {found}")
        return answers[-1]

    def put(self, age=0.0, wall=0.0, mtime=None, **fields):
        """A document of this machine, so old; `wall` is how the wall clock was set since."""
        written = time.time() - age - wall
        at = datetime.datetime.fromtimestamp(written, datetime.timezone.utc)
        with open(BOOT) as file:
            boot = file.read().strip()
        document = {
            "status": "healthy",
            "service": "ingestion",
            "interval_ms": 10_000,
            "ttl_ms": 60_000,
            "written_at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "boot": {"id": boot, "ms": int((time.clock_gettime(time.CLOCK_BOOTTIME) - age) * 1000)},
            **fields,
        }
        with open(self.path, "w") as file:
            json.dump(document, file)
        os.utime(self.path, (written, written) if mtime is None else (mtime, mtime))

    def alone(self, *arguments, **variables):
        """No Redis is configured anywhere."""
        return self.probe(*arguments, "--file", self.path, redis_url=None, **variables)


@pytest.fixture
def beat_file(tmp_path, probe):
    return BeatFile(tmp_path / "ingestion.json", probe)


@pytest.fixture
def start_with_file(beat_file, start_service):
    def start(url=None):
        service = start_service("ingestion", url, HEARTBEAT_FILE=beat_file.path, **QUICK)
        wait_until(lambda: beat_file.read().get("status") == "healthy", 60, "the file is healthy")
        return service

    return start


@pytest.fixture
def file_on_hung_mount(tmp_path, cleanup):
    return os.path.join(HungMount.made(tmp_path, cleanup).path, "ingestion.json")


@pytest.mark.slow(8)
@pytest.mark.own_redis(tcp=True)
def test_a_redis_outage_neither_fails_a_live_service_nor_hides_a_dead_one(
    redis, probe, beat_file, start_with_file, wait_for_status, assert_healthy
):
    service = start_with_file()
    wait_for_status("ingestion", "healthy")
    assert_healthy("ingestion")
    redis.stop()
    refused = f"127.0.0.1:{redis.port}: Connection refused"
    found = beat_file.ask()
    assert found.found == HEALTHY, found
    assert re.search(rf"ago \(from {beat_file.path}; Redis: {refused}\)$", found.text)
    assert probe("ingestion").found == (1, "unknown", "unreachable")

    service.tell("break", "websocket_connected")
    found = beat_file.wait_for((1, "unhealthy", "unhealthy"), beat_file.ask)
    assert found.text.startswith("websocket_connected is false (critical"), found
    service.tell("heal", "websocket_connected")
    beat_file.wait_for(HEALTHY, beat_file.ask)

    service.kill()
    found = beat_file.wait_for(STALE, lambda: beat_file.ask("--on-redis-error", "pass"))
    assert re.search(r"^last beat [\d.]+m?s ago, limit 3s \(from ", found.text)


@pytest.mark.own_redis(tcp=True)
def test_while_redis_hangs_the_verdict_of_the_file_comes_within_the_deadline(
    redis, beat_file, start_with_file
):
    service = start_with_file()
    redis.freeze()
    time.sleep(2)  # the file goes on while the beat waits for Redis
    found = beat_file.ask("--timeout", "1s")
    assert found.found == HEALTHY, found
    assert re.search(rf"\(from {beat_file.path}; Redis: .* within 1s\)$", found.text)
    assert found.seconds < 15
    service.tell("break", "websocket_connected")
    unhealthy = (1, "unhealthy", "unhealthy")
    beat_file.wait_for(unhealthy, lambda: beat_file.ask("--timeout", "500ms"))
    redis.thaw()


def test_a_resolver_that_hangs_leaves_the_last_word_to_the_file(beat_file, tmp_path, cleanup):
    beat_file.put()
    scene = resolver_that_hangs(Stage(tmp_path, cleanup))
    found = run(
        [*scene.command, binary("healthprobe"), "ingestion", "--timeout", "2s"],
        clean_environment(HEARTBEAT_REDIS_URL=scene.url, HEARTBEAT_FILE=beat_file.path),
    )
    assert found.found == HEALTHY, found
    assert re.search(r"Redis: no answer from the resolver within 2s for '", found.text)


def test_a_redis_that_has_the_key_is_the_authority_whatever_the_file_says(client, beat_file):
    beat_file.put()
    client.setex("health:ingestion", 60, '{"status": "degraded"}')
    assert beat_file.ask().found == (1, "degraded", "degraded")


def test_a_missing_key_is_judged_by_a_fresh_file_of_this_boot(client, beat_file):
    beat_file.put()
    found = beat_file.ask()
    assert found.found == HEALTHY, found
    assert found.text.startswith("Redis has no key health:ingestion in database "), found
    shown = json.loads(beat_file.ask("-o", "json").stdout)
    assert (shown["source"], shown["redis"]["reason"]) == ("file", "missing")
    beat_file.put(boot={"id": "other", "ms": 1})
    assert beat_file.ask().found == (1, "unhealthy", "missing")


@pytest.mark.own_redis
def test_a_redis_that_refuses_writes_or_was_emptied_makes_no_live_service_missing(
    client, beat_file, probe, start_with_file, wait_for_status
):
    service = start_with_file()
    wait_for_status("ingestion", "healthy")
    client.config_set("maxmemory", 1)
    client.delete("health:ingestion")
    assert probe("ingestion").reason == "missing"
    found = beat_file.ask("--own")
    assert found.found == HEALTHY, found
    assert found.text.startswith("Redis has no key health:ingestion"), found
    service.kill()
    assert beat_file.ask("--own").found == (1, "unhealthy", "missing")


def test_a_file_that_does_not_help_is_named_and_what_was_wrong_with_redis_stands(beat_file):
    url = "redis://127.0.0.1:1"
    gone = (1, "unknown", "unreachable")
    found = beat_file.ask(redis_url=url)
    assert found.found == gone, found
    assert found.text.endswith(f"; no file {beat_file.path}"), found
    beat_file.put(service="worker-1")
    found = beat_file.ask(redis_url=url)
    assert found.found == gone, found
    assert found.text.endswith(f"{beat_file.path} holds the document of worker-1"), found
    os.unlink(beat_file.path)
    os.mkfifo(beat_file.path)
    found = beat_file.ask(redis_url=url)
    assert found.found == gone, found
    assert found.text.endswith(f"{beat_file.path} is a FIFO"), found
    passed = beat_file.ask("--on-redis-error", "pass", redis_url=url)
    assert passed.found == (0, "unknown", "unreachable"), passed


@pytest.mark.parametrize("redis_url", ["redis://127.0.0.1:1", None])
def test_a_mount_that_hangs_ends_at_the_deadline_with_a_word_on_it(
    probe, file_on_hung_mount, redis_url
):
    arguments = ["ingestion", "--timeout", "500ms", "--file", file_on_hung_mount]
    found = probe(*arguments, redis_url=redis_url)
    assert found.found == (1, "unknown", "usage"), found
    assert found.text == f"{file_on_hung_mount} could not be read within 500ms"
    assert found.seconds < 15


def test_without_a_service_a_mount_that_hangs_is_said(probe, file_on_hung_mount):
    found = probe("--timeout", "500ms", "--file", file_on_hung_mount, redis_url=None)
    assert re.search("^healthprobe: no service given .* within 500ms\n$", found.stdout)


def test_a_secret_on_a_mount_that_hangs_ends_at_the_deadline_too(probe, file_on_hung_mount):
    variables = {"REDIS_PASSWORD_FILE": file_on_hung_mount}
    found = probe("ingestion", "--timeout", "500ms", redis_url=None, **variables)
    assert found.found == (1, "unknown", "usage"), found
    assert "could not be read within 500ms" in found.text


def test_a_mount_that_hangs_stops_neither_the_beat_nor_the_end_of_the_service(
    document, file_on_hung_mount, start_service, wait_for_status
):
    # A leak checker wants to stop every thread, and this one does not stop.
    variables = {"HEARTBEAT_FILE": file_on_hung_mount, "ASAN_OPTIONS": "detect_leaks=0", **QUICK}
    service = start_service("ingestion", **variables)
    wait_for_status("ingestion", "healthy")
    before = document("ingestion")["sequence"]
    wait_until(lambda: document("ingestion")["sequence"] > before + 2, 60, "it beats")
    service.signal(15)
    assert service.wait(60) == 0
    assert document("ingestion")["reason"] == "stopped"


@pytest.mark.slow(8)
def test_a_service_is_watched_without_any_redis(beat_file, start_with_file):
    service = start_with_file("redis://127.0.0.1:1")
    beat_file.wait_for(HEALTHY, beat_file.alone)
    assert "Redis" not in beat_file.alone().text
    service.tell("break", "websocket_connected")
    beat_file.wait_for((1, "unhealthy", "unhealthy"), lambda: beat_file.alone("ingestion"))
    service.signal(15)
    service.wait(60)
    found = beat_file.alone()
    assert found.found[:2] == (1, "unhealthy"), found
    beat_file.wait_for(STALE, beat_file.alone)


def test_the_file_tells_whose_it_is_and_that_of_another_does_not_count(beat_file):
    beat_file.put()
    assert beat_file.alone().stdout.startswith("ingestion healthy [healthy]: ")
    found = beat_file.alone("worker-1")
    assert found.found == (1, "unhealthy", "foreign-service")
    assert found.text == f"{beat_file.path} holds the document of ingestion"
    found = beat_file.alone("ingestion", "worker-1")
    assert (found.exit, found.stdout.count("\n")) == (1, 2), found
    beat_file.put(service=None)  # of the wrong type: none
    found = beat_file.alone()
    assert (found.exit, found.stdout) == (1, ""), found
    assert re.search("^healthprobe: no service given .*: .* names no service\n$", found.stderr)
    os.unlink(beat_file.path)
    assert beat_file.alone().stderr.endswith(f": no file {beat_file.path}\n")
    assert beat_file.alone("a").found == (1, "unhealthy", "missing")


@pytest.mark.parametrize("wall", [-86400, 0, 86400])
def test_a_step_of_the_wall_clock_by_a_day_changes_no_verdict(beat_file, wall):
    beat_file.put(age=5, wall=wall)
    assert beat_file.alone().found == HEALTHY
    beat_file.put(age=45, wall=wall)
    found = beat_file.alone()
    assert found.found == STALE, found
    assert re.search(r"^last beat [45][\d.]+s ago, limit 30s", found.text)


def test_a_file_of_another_boot_or_that_was_touched_is_as_old_as_it_says(beat_file):
    beat_file.put(age=5, mtime=time.time() - 45)  # touched: as old as the file
    assert beat_file.alone().found == STALE
    beat_file.put(age=45, boot={"id": "other", "ms": 1})
    assert beat_file.alone().found == STALE


def test_a_file_that_was_changed_in_the_future_has_no_age(beat_file):
    beat_file.put(mtime=time.time() + 365 * 86400)
    found = beat_file.alone()
    assert found.found == (1, "unhealthy", "age-unknown"), found
    assert found.text.endswith(" in the future: its age cannot be told"), found


@pytest.mark.parametrize(
    "content, reason",
    [
        ("", "malformed"),
        ('{"status": "ok"}', "malformed"),
        (" " * 65537, "too-large"),
        ('{"status": "healthy"}', "no-expiry"),
    ],
)
def test_what_is_no_document_has_the_reason_that_it_has_in_redis(beat_file, content, reason):
    beat_file.path.write_text(content)
    assert beat_file.alone("a").found == (1, "unhealthy", reason)


def test_a_file_without_times_is_judged_by_max_age(beat_file):
    beat_file.path.write_text('{"status": "healthy"}')
    assert beat_file.alone("a", "--max-age", "1h").found == HEALTHY


def test_a_folder_in_place_of_the_file_is_wrong_type(beat_file):
    beat_file.path.mkdir()
    assert beat_file.alone("a").found == (1, "unhealthy", "wrong-type")


def test_json_and_explain_tell_the_source(beat_file):
    beat_file.put()
    url = "redis://127.0.0.1:1"
    shown = json.loads(beat_file.ask("-o", "json", redis_url=url).stdout)
    assert (shown["source"], shown["redis"]["reason"]) == ("file", "unreachable")
    assert "127.0.0.1:1" in shown["redis"]["text"]
    shown = json.loads(beat_file.alone("-o", "json").stdout)
    assert (shown["source"], "redis" in shown) == ("file", False)
    found = beat_file.ask("--explain", redis_url=url).stdout
    assert re.search(rf"\n  file +{beat_file.path} +HEARTBEAT_FILE\n", found)
    assert re.search(rf"\n +[\d.]+ ms  read {beat_file.path}: \d+ bytes \(took ", found)
    found = beat_file.alone("--explain").stdout
    assert re.search(r"\n  redis +not asked +--file\n", found)
    assert "connect" not in found
