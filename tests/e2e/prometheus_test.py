"""A real Prometheus reads what healthprobe wrote, and its alerts fire for the right services."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from harness.pages import PROJECT
from harness.ports import free_port
from harness.probe import PATIENT
from harness.process import binary, clean_environment, finish, spawn
from harness.prometheus import ALERTS, NodeExporter, Prometheus, fetch, hasty_alerts
from harness.skips import needs
from harness.values import document
from harness.waiting import wait_until

pytestmark = pytest.mark.surroundings

CHECK_DASHBOARD = PROJECT / "scripts" / "check-dashboard"
SERVICES = ("good", "slow", "broken", "gone")
WITHIN = 120
# With its job, all the labels that scrapers attach to a target.
ATTACHED = {"service": "board", "instance": "board-1", "namespace": "prod", "pod": "board-0"}


def check(state, severity):
    return {
        "severity": severity, "state": state, "kind": "age",
        "value": 2.5, "comparison": "<", "limit": 60,
    }


def beat(status, state, severity):
    return document(
        status, ttl_ms=600_000, interval_ms=300_000, sequence=3, started_at="2025-11-24T09:00:00Z",
        last_activity="2025-11-24T09:30:00Z", processed_count=7, error_count=0, connected=True,
        checks={"ticks": check(state, severity)},
        writer={
            "late_beats": 0, "failed_writes": 0, "reconnects": 0, "vanished": 0, "lateness_ms": 1,
            "worst_lateness_ms": 2, "last_write_ms": 1, "suspended_ms": 0,
        },
    )


class Monitoring:
    def __init__(self, folder, redis, probe, cleanup):
        self.folder, self.redis, self.probe, self.cleanup = folder, redis, probe, cleanup

    def start_exporter(self):
        exporter = NodeExporter(self.folder, "node-exporter").start()
        self.cleanup.callback(exporter.stop)
        wait_until(lambda: fetch(f"{exporter.url}/metrics"), WITHIN, "node_exporter answers")
        return exporter

    def start_prometheus(self, labels=None, **targets):
        server = Prometheus(self.folder, "prometheus")
        server.start(targets, hasty_alerts(self.folder), labels or {})
        self.cleanup.callback(server.stop)
        wait_until(server.is_ready, WITHIN, "Prometheus is ready")
        return server

    def start_healthboard(self):
        """Its address."""
        address = f"127.0.0.1:{free_port()}"
        board = spawn(
            [binary("healthboard"), "--listen", address, *SERVICES],
            env=clean_environment(HEARTBEAT_REDIS_URL=self.redis.url, **PATIENT),
        )
        self.cleanup.callback(finish, board)
        wait_until(lambda: fetch(f"http://{address}/metrics"), WITHIN, "healthboard answers")
        return address

    def write(self, exporter):
        found = self.probe("-o", "prometheus", "--write", exporter.textfile, *SERVICES)
        assert (found.exit, found.stdout, found.stderr) == (1, "", "")

    def run_check_dashboard(self, server, *arguments):
        return subprocess.run(
            [sys.executable, "-B", CHECK_DASHBOARD, *arguments, server.url],
            capture_output=True, text=True, timeout=180,
        )

    def availability(self, server):
        """What the dashboard says of it."""
        path = ALERTS.parents[1] / "grafana/dashboards/health.json"
        (panel,) = (
            panel
            for panel in json.loads(path.read_text())["panels"]
            if panel["title"] == "Availability of each service"
        )
        query = panel["targets"][0]["expr"].replace("$service", ".*").replace("$__range", "1h")
        return {labels["health_service"]: value for labels, value in server.query(query)}

    def assert_verdicts(self, server, job):
        verdicts = {"good": "healthy", "slow": "degraded", "broken": "unhealthy", "gone": "unhealthy"}
        reasons = {**verdicts, "gone": "missing"}

        def told(expression, label):
            return {labels["health_service"]: labels[label] for labels, _ in server.query(expression)}

        wait_until(
            lambda: told(f'healthprobe_verdict{{job="{job}"}} == 1', "verdict") == verdicts
            and told(f'healthprobe_reason{{job="{job}"}}', "reason") == reasons,
            WITHIN, f"the verdicts of {job} are scraped",
        )  # fmt: skip

    def assert_dashboard_is_right(self, server):
        found = self.run_check_dashboard(server, "--without", "healthboard")
        assert (found.returncode, found.stderr) == (0, ""), found.stdout
        bare = self.run_check_dashboard(server)
        assert bare.returncode == 1, bare.stdout
        assert "healthboard_redis_up" in bare.stdout
        self.assert_wrong_panels_are_named(server)

    def assert_wrong_panels_are_named(self, server):
        copy = os.path.join(self.folder, "compose")
        for part in ("grafana", "prometheus"):
            shutil.copytree(ALERTS.parents[1] / part, os.path.join(copy, part))
        path = pathlib.Path(copy, "grafana", "dashboards", "health.json")
        dashboard = json.loads(path.read_text())
        wrong = {
            "Beats a second": ('rate(healthprobe_beats_total{servce="x"}[5m])', "no label servce"),
            "Up for": ("time() - (healthprobe_start_time_seconds", "parse error"),
            "Checks": ("sum by (chek) (healthprobe_check_state)", "has a label chek"),
            "Now": ("healthprobe_health", "no series of healthprobe_health"),
        }
        for panel in dashboard["panels"]:
            if panel["title"] in wrong:
                panel["targets"] = [{"expr": wrong[panel["title"]][0]}]
        path.write_text(json.dumps(dashboard))
        found = self.run_check_dashboard(server, "--without", "healthboard", "--folder", copy)
        assert (found.returncode, found.stderr) == (1, ""), found.stdout
        *lines, _ = found.stdout.splitlines()
        assert len(lines) == len(wrong), found.stdout
        for title, (_, words) in wrong.items():
            line = next(line for line in lines if f'panel "{title}"' in line)
            assert words in line


@pytest.fixture
def monitoring(tmp_path, redis, client, probe, cleanup):
    for program in ("prometheus", "promtool", "prometheus-node-exporter"):
        needs(shutil.which(program), program)
    for service, status, state, severity in (
        ("good", "healthy", "pass", "critical"),
        ("slow", "degraded", "fail", "warning"),
        ("broken", "unhealthy", "fail", "critical"),
    ):
        client.psetex(f"health:{service}", 600_000, beat(status, state, severity))
    return Monitoring(tmp_path, redis, probe, cleanup)


@pytest.mark.slow(10)
def test_node_exporter_and_prometheus_read_the_file_and_the_right_alerts_fire(client, monitoring):
    exporter = monitoring.start_exporter()
    monitoring.write(exporter)
    server = monitoring.start_prometheus(node=exporter.address)
    monitoring.assert_verdicts(server, "node")
    assert [value for _, value in server.query("node_textfile_scrape_error")] == [0]

    expected = {
        ("ServiceUnhealthy", "broken"), ("ServiceMissing", "gone"), ("ServiceDegraded", "slow"),
        ("CriticalCheckFails", "broken"), ("WarningCheckFails", "slow"), ("Watchdog", None),
    }
    wait_until(lambda: server.firing() == expected, WITHIN, "the alerts that are due")
    rules = [rule for group in server.get("rules")["groups"] for rule in group["rules"]]
    assert len(rules) == ALERTS.read_text().count("- alert:")
    assert [one["name"] for one in rules if one["health"] == "err"] == []

    # A file that is replaced changes what is known; an old one is an alert itself.
    client.psetex("health:gone", 600_000, beat("healthy", "pass", "critical"))
    monitoring.write(exporter)
    wait_until(
        lambda: ("ServiceMissing", "gone") not in server.firing(), WITHIN, "gone came back"
    )
    os.utime(exporter.textfile, (1_700_000_000, 1_700_000_000))
    wait_until(
        lambda: ("HealthFileOld", None) in server.firing(), WITHIN, "the old file is noticed"
    )

    monitoring.assert_dashboard_is_right(server)


def test_the_checker_of_prometheus_accepts_what_healthprobe_wrote_for_all_of_them(monitoring):
    exporter = monitoring.start_exporter()
    monitoring.write(exporter)
    with open(exporter.textfile) as file:
        checked = subprocess.run(
            ["promtool", "check", "metrics"],
            stdin=file, text=True, capture_output=True, timeout=60,
        )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.slow(10)
@pytest.mark.own_redis
def test_prometheus_scrapes_healthboard_and_the_dashboard_finds_all_it_asks_for(
    redis, client, monitoring
):
    address = monitoring.start_healthboard()
    exporter = monitoring.start_exporter()
    monitoring.write(exporter)
    server = monitoring.start_prometheus(ATTACHED, healthboard=address, node=exporter.address)
    monitoring.assert_verdicts(server, "healthboard")
    ours = server.query('{__name__=~"health(probe|board)_.*"}')
    assert len(ours) > 50
    assert [labels for labels, _ in ours if any(name.startswith("exported_") for name in labels)] == []
    due = {("ServiceUnhealthy", "broken"), ("ServiceMissing", "gone")}
    wait_until(lambda: due <= server.firing(), WITHIN, "one that is missing silences no other")
    for metric in ("healthboard_requests_total", "node_textfile_mtime_seconds"):
        wait_until(lambda: server.query(metric), WITHIN, f"{metric} is scraped")
    # A rate needs two scrapes.
    wait_until(lambda: server.query("rate(healthboard_requests_total[5m])"), WITHIN, "there is a rate")
    found = monitoring.run_check_dashboard(server)
    assert (found.returncode, found.stderr) == (0, ""), found.stdout

    client.psetex("health:broken", 600_000, beat("healthy", "pass", "critical"))
    expected = {"good": 1, "slow": 0, "gone": 0, "broken": pytest.approx(0.5, abs=0.49)}
    wait_until(lambda: monitoring.availability(server) == expected, WITHIN, "one is half available")

    redis.stop()
    wait_until(
        lambda: ("HealthboardWithoutRedis", None) in server.firing(), WITHIN, "Redis is missed"
    )
    # Time in which nothing was known counts for neither side.
    assert monitoring.availability(server) == expected
