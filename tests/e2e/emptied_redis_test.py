"""Redis restarts empty and half of the fleet does not come back: alerts name each service that is lost."""

import shutil
import time

import pytest

from harness.board import ROSTER
from harness.prometheus import NodeExporter, Prometheus, hasty_alerts
from harness.skips import needs
from harness.waiting import wait_until

pytestmark = pytest.mark.surroundings

BACK = {f"back-{number}" for number in range(101)}
LOST = {f"lost-{number}" for number in range(100)}
HOUR = 3600
WITHIN = 60


def beat_all(board, names, roster_age):
    for name in names:
        board.put(name)
    board.client.zadd(ROSTER, {":since": time.time() - roster_age})


class Watched:
    """What Prometheus knows from healthboard, and from a file as cron writes it."""

    def __init__(self, folder, board, probe, cleanup):
        self.probe = probe
        self.exporter = NodeExporter(folder, "node-exporter").start()
        cleanup.callback(self.exporter.stop)
        self.write_file(0)
        targets = {"healthboard": f"127.0.0.1:{board.port}", "cron": self.exporter.address}
        self.prometheus = Prometheus(folder, "prometheus").start(targets, hasty_alerts(folder), {})
        cleanup.callback(self.prometheus.stop)

    def write_file(self, exit_status):
        found = self.probe("--all", "-o", "prometheus", "--write", self.exporter.textfile)
        assert found.exit == exit_status, found

    def wait_for_services(self, number):
        """Both say of so many that they are healthy, and nothing else is known."""
        expected = {"healthboard": number, "cron": number}
        wait_until(
            lambda: {
                labels["job"]: value
                for labels, value in self.prometheus.query("count by (job) (healthprobe_healthy == 1)")
            } == expected
            and self.prometheus.firing() == {("Watchdog", None)},
            WITHIN, f"{number} services are healthy",
        )  # fmt: skip

    def wait_for_alerts(self, name, services):
        """Of all services, this alert is about these."""
        wait_until(
            lambda: {service for alert, service in self.prometheus.firing() if alert == name} == services,
            WITHIN, f"{name} of {len(services)} services",
        )  # fmt: skip


@pytest.fixture
def watch(tmp_path, board, probe, cleanup):
    for program in ("prometheus", "prometheus-node-exporter"):
        needs(shutil.which(program), program)
    return lambda: Watched(tmp_path, board.start(), probe, cleanup)


@pytest.mark.slow(20)
@pytest.mark.own_redis
def test_of_201_services_the_100_that_redis_has_forgotten_are_alerts(redis, board, watch):
    beat_all(board, BACK | LOST, HOUR)
    watched = watch()
    watched.wait_for_services(len(BACK | LOST))
    redis.stop()
    watched.wait_for_alerts("ServiceUnknown", BACK | LOST)
    redis.start()
    beat_all(board, BACK, 0)
    # healthboard remembers whom it has seen.
    watched.wait_for_alerts("ServiceMissing", LOST)
    watched.wait_for_alerts("ServiceUnknown", set())
    assert board.get("/health")[0] == 503
    # healthprobe does not. It waits for the others first, and then Prometheus remembers them.
    watched.write_file(1)
    beat_all(board, BACK, HOUR)
    watched.write_file(0)
    watched.wait_for_alerts("ServiceVanished", LOST)
    watched.wait_for_alerts("ServiceMissing", LOST)
