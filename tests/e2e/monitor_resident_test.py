"""healthprobe-monitor --every: it stays, looks again and again, and says that it lives."""

import re
import time

import pytest

from harness.monitor import SCRIPTS
from harness.probe import PATIENT
from harness.process import any_probe, clean_environment, finish, spawn
from harness.waiting import wait_until

pytestmark = pytest.mark.any_probe
WITHIN = 60


class Resident:
    """One that runs, and what it has printed."""

    def __init__(self, monitor, folder, cleanup):
        self.monitor, self.folder, self.cleanup = monitor, folder, cleanup
        self.out, self.errors = folder / "out", folder / "errors"

    def start(self, *arguments, **variables):
        command = [SCRIPTS / "healthprobe-monitor", "--state", self.monitor.state, "--every", "1s"]
        command += ["--healthprobe", any_probe(), *arguments]
        variables = {"HEARTBEAT_REDIS_URL": self.monitor.redis.url, **PATIENT, **variables}
        with open(self.out, "w") as out, open(self.errors, "w") as errors:
            self.process = spawn(
                command, stdout=out, stderr=errors, env=clean_environment(**variables)
            )
        self.cleanup.callback(finish, self.process)

    def wait_for(self, *beginnings):
        """It has printed lines that begin so since it started, and no others."""
        wait_until(lambda: len(self.lines()) >= len(beginnings), WITHIN, f"says {beginnings[-1]}")
        self.wait_for_looks(2)
        assert len(self.lines()) == len(beginnings), self.lines()
        for line, beginning in zip(self.lines(), beginnings):
            assert line.startswith(beginning)

    def wait_for_looks(self, number):
        for _ in range(number):
            before = self.monitor.state.stat().st_ino if self.monitor.state.exists() else None
            wait_until(lambda: self.looked_after(before), WITHIN, "it looks again")

    def looked_after(self, inode):
        try:
            return self.monitor.state.stat().st_ino != inode
        except FileNotFoundError:
            return False

    def lines(self):
        return self.out.read_text().splitlines()


@pytest.fixture
def resident(monitor, tmp_path, cleanup):
    return Resident(monitor, tmp_path, cleanup)


@pytest.mark.slow(8)
@pytest.mark.own_redis
def test_it_tells_each_change_once_also_of_services_that_come_and_of_redis(
    client, monitor, resident, redis
):
    monitor.put("ingestion", "healthy")
    client.zadd("health::services", {"ingestion": time.time()})
    resident.start("--all")
    wait_until(monitor.state.exists, WITHIN, "the first look")
    monitor.put("ingestion", "unhealthy")
    said = ["ingestion unhealthy [unhealthy]"]
    resident.wait_for(*said)
    client.zadd("health::services", {"worker": time.time()})
    resident.wait_for(*said, "worker unhealthy [missing]")
    redis.stop()
    said += ["worker unhealthy [missing]", "* unknown ["]
    resident.wait_for(*said)


@pytest.mark.slow(6)
def test_a_second_one_gives_up_and_a_signal_ends_the_first_at_once(monitor, resident):
    monitor.put("ingestion", "healthy")
    resident.start("--every", "100s", "ingestion")
    wait_until(monitor.state.exists, WITHIN, "the first look")
    second = monitor.run("--every", "1s", "ingestion")
    assert (second.exit, second.stdout) == (2, ""), second
    assert re.search(r"another run has .*monitor.state\n$", second.stderr)
    resident.process.terminate()
    assert resident.process.wait(60) == 0
    monitor.says(0)  # nothing that it left holds the lock


def test_it_remembers_over_a_restart_also_after_it_was_killed(monitor, resident):
    monitor.put("ingestion", "unhealthy")
    resident.start("ingestion")
    wait_until(resident.lines, WITHIN, "it tells")
    resident.wait_for_looks(1)
    resident.process.kill()
    resident.process.wait()
    monitor.says(1)


@pytest.mark.slow(6)
def test_a_notification_that_fails_is_tried_again_but_not_at_each_look(monitor, resident):
    tell = 'echo x >>"$OUT.tries"; [ -e "$OUT.works" ] && cat >>"$OUT"'
    tries = monitor.notified.with_name("notified.tries")
    monitor.put("ingestion", "unhealthy")
    resident.start("--notify", tell, "ingestion", OUT=monitor.notified)
    wait_until(tries.exists, WITHIN, "it tries")
    resident.wait_for_looks(3)
    assert tries.read_text() == "x\n"
    monitor.notified.with_name("notified.works").touch()
    resident.process.kill()
    resident.process.wait()
    monitor.says(1, options=("--notify", tell), OUT=monitor.notified)  # a new one does not wait
    assert monitor.notified.read_text().startswith("ingestion unhealthy")


ALIVE = ("--alive", 'echo alive >>"$OUT"')


@pytest.mark.slow(5)
def test_it_says_that_it_lives_once_a_minute(monitor, resident):
    monitor.put("ingestion", "unhealthy")
    resident.start(*ALIVE, "ingestion", OUT=monitor.notified)
    wait_until(monitor.notified.exists, WITHIN, "it says that it lives")
    resident.wait_for_looks(3)
    assert monitor.notified.read_text() == "alive\n"


def test_a_run_that_told_nobody_or_looked_at_nothing_does_not_live(monitor):
    monitor.put("ingestion", "unhealthy")
    for wrong in (("--all",), ("--notify", "false", "ingestion")):
        assert monitor.run(*ALIVE, *wrong, OUT=monitor.notified).exit == 2
    assert not monitor.notified.exists()
    monitor.says(1, "ingestion unhealthy", options=ALIVE, OUT=monitor.notified)
    assert monitor.notified.read_text() == "alive\n"
    found = monitor.run("--alive", "exit 3", "ingestion")
    assert found.exit == 2
    assert found.stderr == "healthprobe-monitor: --alive failed (exit status 3)\n"
