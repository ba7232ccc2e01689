"""A real Prometheus reads what healthprobe wrote, and its alerts fire for the right services."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from harness import needs, test
from harness.process import binary, clean_environment, finish, spawn
from harness.prometheus import NodeExporter, Prometheus, fetch
from harness.redis_server import free_port
from harness.values import ValueCase, document

PROJECT = pathlib.Path(__file__).resolve().parents[2]
ALERTS = PROJECT / "compose" / "prometheus" / "alerts.yaml"
CHECK_DASHBOARD = PROJECT / "scripts" / "check-dashboard"
SERVICES = ("good", "slow", "broken", "gone")
WITHIN = 60


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


class PrometheusTest(ValueCase):
    topic = "prometheus"

    def setUp(self):
        super().setUp()
        for program in ("prometheus", "promtool", "prometheus-node-exporter"):
            needs(shutil.which(program), program)
        for service, status, state, severity in (
            ("good", "healthy", "pass", "critical"),
            ("slow", "degraded", "fail", "warning"),
            ("broken", "unhealthy", "fail", "critical"),
        ):
            self.client.psetex(f"health:{service}", 600_000, beat(status, state, severity))

    # --- Starting ---------------------------------------------------------------

    def hasty_alerts(self):
        """The same rules, but that no alert has to wait."""
        path = os.path.join(self.folder, "alerts.yaml")
        text, count = re.subn(r"for: \d+m", "for: 0s", ALERTS.read_text())
        self.assertGreater(count, 5)
        pathlib.Path(path).write_text(text)
        return path

    def start_exporter(self):
        exporter = NodeExporter(self.folder, "node-exporter").start()
        self.addCleanup(exporter.stop)
        self.wait_until(lambda: fetch(f"{exporter.url}/metrics"), WITHIN, "node_exporter answers")
        return exporter

    def start_prometheus(self, **targets):
        server = Prometheus(self.folder, "prometheus").start(targets, self.hasty_alerts())
        self.addCleanup(server.stop)
        self.wait_until(server.is_ready, WITHIN, "Prometheus is ready")
        return server

    def start_healthboard(self):
        """Its address; none where it is not built."""
        if not os.path.exists(binary("healthboard")):
            return None
        address = f"127.0.0.1:{free_port()}"
        board = spawn(
            [binary("healthboard"), "--listen", address, *SERVICES],
            env=clean_environment(HEARTBEAT_REDIS_URL=self.url),
        )
        self.addCleanup(finish, board)
        self.wait_until(lambda: fetch(f"http://{address}/metrics"), WITHIN, "healthboard answers")
        return address

    def write(self, exporter):
        found = self.probe("-o", "prometheus", "--write", exporter.textfile, *SERVICES)
        self.assertEqual((found.exit, found.stdout, found.stderr), (1, "", ""))

    def run_check_dashboard(self, server, *arguments):
        return subprocess.run(
            [sys.executable, "-B", CHECK_DASHBOARD, *arguments, server.url],
            capture_output=True, text=True, timeout=60,
        )

    # --- Tests ------------------------------------------------------------------

    def assert_verdicts(self, server, job):
        expression = f'healthprobe_verdict{{job="{job}"}} == 1'
        self.wait_until(lambda: server.query(expression), WITHIN, f"{job} is scraped")
        verdicts = {labels["service"]: labels["verdict"] for labels, _ in server.query(expression)}
        self.assertEqual(
            verdicts,
            {"good": "healthy", "slow": "degraded", "broken": "unhealthy", "gone": "unhealthy"},
        )
        reasons = server.query(f'healthprobe_reason{{job="{job}"}}')
        self.assertEqual(
            {labels["service"]: labels["reason"] for labels, _ in reasons},
            {"good": "healthy", "slow": "degraded", "broken": "unhealthy", "gone": "missing"},
        )

    @test("node_exporter and Prometheus read the file, and the right alerts fire", seconds=10)
    def test_textfile(self):
        exporter = self.start_exporter()
        self.write(exporter)
        server = self.start_prometheus(node=exporter.address)
        self.assert_verdicts(server, "node")
        self.assertEqual([value for _, value in server.query("node_textfile_scrape_error")], [0])

        expected = {
            ("ServiceUnhealthy", "broken"), ("ServiceMissing", "gone"), ("ServiceDegraded", "slow"),
            ("CriticalCheckFails", "broken"), ("WarningCheckFails", "slow"),
        }
        self.wait_until(lambda: server.firing() == expected, WITHIN, "the alerts that are due")
        rules = [rule for group in server.get("rules")["groups"] for rule in group["rules"]]
        self.assertEqual(len(rules), ALERTS.read_text().count("- alert:"))
        self.assertEqual([one["name"] for one in rules if one["health"] == "err"], [])

        # A file that is replaced changes what is known; an old one is an alert itself.
        self.client.psetex("health:gone", 600_000, beat("healthy", "pass", "critical"))
        self.write(exporter)
        self.wait_until(
            lambda: ("ServiceMissing", "gone") not in server.firing(), WITHIN, "gone came back"
        )
        os.utime(exporter.textfile, (1_700_000_000, 1_700_000_000))
        self.wait_until(
            lambda: ("HealthFileOld", None) in server.firing(), WITHIN, "the old file is noticed"
        )

        self.assert_dashboard_is_right(server)

    def assert_dashboard_is_right(self, server):
        found = self.run_check_dashboard(server, "--without", "healthboard")
        self.assertEqual((found.returncode, found.stderr), (0, ""), found.stdout)
        bare = self.run_check_dashboard(server)
        self.assertEqual(bare.returncode, 1, bare.stdout)
        self.assertIn("healthboard_redis_up", bare.stdout)
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
        self.assertEqual((found.returncode, found.stderr), (1, ""), found.stdout)
        *lines, _ = found.stdout.splitlines()
        self.assertEqual(len(lines), len(wrong), found.stdout)
        for title, (_, words) in wrong.items():
            line = next(line for line in lines if f'panel "{title}"' in line)
            self.assertIn(words, line)

    @test("Prometheus's own checker accepts what healthprobe wrote for all of them", seconds=3)
    def test_lint(self):
        exporter = self.start_exporter()
        self.write(exporter)
        with open(exporter.textfile) as file:
            checked = subprocess.run(
                ["promtool", "check", "metrics"],
                stdin=file, text=True, capture_output=True, timeout=30,
            )
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))

    @test("Prometheus scrapes healthboard, and the dashboard finds all it asks for", seconds=10)
    def test_healthboard(self):
        address = self.start_healthboard()
        if not address:
            self.skipTest("needs healthboard among the programs of this build")
        exporter = self.start_exporter()
        self.write(exporter)
        server = self.start_prometheus(healthboard=address, node=exporter.address)
        self.assert_verdicts(server, "healthboard")
        for metric in ("healthboard_requests_total", "node_textfile_mtime_seconds"):
            self.wait_until(lambda: server.query(metric), WITHIN, f"{metric} is scraped")
        found = self.run_check_dashboard(server)
        self.assertEqual((found.returncode, found.stderr), (0, ""), found.stdout)

        self.redis.stop()
        self.wait_until(
            lambda: ("HealthboardWithoutRedis", None) in server.firing(), WITHIN, "Redis is missed"
        )
