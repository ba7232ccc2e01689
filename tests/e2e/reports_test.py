"""What Nagios and Prometheus are told, by a real Redis, and by Prometheus's own checker."""

import os
import shutil
import signal
import subprocess

from harness import needs, test
from harness.values import ValueCase, document

CHECKS = {
    "ticks_received": {
        "severity": "critical", "state": "pass", "kind": "age",
        "value": 2.5, "comparison": "<", "limit": 60,
    },
    'na"me|\n': {
        "severity": "warning", "state": "fail", "kind": "flag",
        "value": False, "comparison": "==", "limit": True,
    },
}
BEAT = document(ttl_ms=60_000, interval_ms=10_000, sequence=3, checks=CHECKS)


class Reports(ValueCase):
    topic = "report"

    def nagios(self, *arguments, **variables):
        found = self.probe("-o", "nagios", *arguments, **variables)
        self.assertEqual(found.stderr, "")
        return found.exit, found.stdout.split(":")[0]

    @test("Nagios is told OK, WARNING, CRITICAL and UNKNOWN for the right causes")
    def test_nagios(self):
        for status, expected in (
            ("healthy", (0, "HEALTHPROBE OK")),
            ("starting", (1, "HEALTHPROBE WARNING")),
            ("degraded", (1, "HEALTHPROBE WARNING")),
            ("unhealthy", (2, "HEALTHPROBE CRITICAL")),
        ):
            with self.subTest(status=status):
                self.put(document(status))
                self.assertEqual(self.nagios("ingestion"), expected)
        self.put(BEAT)
        self.assertEqual(self.nagios("ingestion", "nobody"), (2, "HEALTHPROBE CRITICAL"))
        self.assertEqual(self.nagios("ingestion", "-t", "soon"), (3, "HEALTHPROBE UNKNOWN"))
        self.assertEqual(
            self.nagios("ingestion", redis_url="nonsense"), (3, "HEALTHPROBE UNKNOWN")
        )
        self.redis.stop()
        self.assertEqual(self.nagios("ingestion"), (2, "HEALTHPROBE CRITICAL"))
        self.assertEqual(
            self.nagios("ingestion", "--on-redis-error", "pass"), (0, "HEALTHPROBE OK")
        )

    @test("Nagios gets the figures with their thresholds")
    def test_figures(self):
        self.put(BEAT)
        text, figures = self.probe("-o", "nagios", "ingestion").stdout.rstrip("\n").split(" | ")
        self.assertIn("ingestion healthy [healthy]", text)
        age, *checks = figures.split()
        self.assertRegex(age, r"^beat_age=[0-9.]+s;;30$")
        self.assertEqual(checks, ["ticks_received=2.5s;;60", 'na"me/\\n=0;1:1;'])

    @test("Prometheus's own checker finds nothing to complain of")
    def test_prometheus(self):
        needs(shutil.which("promtool"), "promtool")
        self.put(BEAT)
        found = self.probe("-o", "prometheus", "ingestion", "nobody")
        self.assertEqual((found.exit, found.stderr), (1, ""))
        self.assertIn('healthprobe_healthy{service="ingestion"} 1\n', found.stdout)
        self.assertIn('healthprobe_reason{service="nobody",reason="missing"} 1\n', found.stdout)
        checked = subprocess.run(
            ["promtool", "check", "metrics"],
            input=found.stdout, text=True, capture_output=True, timeout=30,
        )
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))

    @test("a collector's file is replaced as a whole, also when Redis hangs", seconds=3)
    def test_write(self):
        path = os.path.join(self.folder, "healthprobe.prom")
        arguments = ("ingestion", "-o", "prometheus", "--write", path, "-t", "500ms")
        self.put(BEAT)
        found = self.probe(*arguments)
        self.assertEqual((found.exit, found.stdout, found.stderr), (0, "", ""))
        self.assertIn('healthprobe_healthy{service="ingestion"} 1\n', self.content(path))

        os.kill(self.redis.process.pid, signal.SIGSTOP)
        found = self.probe(*arguments)
        os.kill(self.redis.process.pid, signal.SIGCONT)
        self.assertEqual((found.exit, found.stdout, found.stderr), (1, "", ""))
        self.assertIn('reason="timeout"} 1\n', self.content(path))
        self.assertEqual([name for name in os.listdir(self.folder) if ".prom." in name], [])

    @test("a file that cannot be written is said, and no verdict passes")
    def test_unwritable(self):
        self.put(BEAT)
        path = os.path.join(self.folder, "no/such/folder/x.prom")
        found = self.probe("ingestion", "--write", path)
        self.assertEqual((found.exit, found.stdout), (1, ""))
        self.assertEqual(
            found.stderr, f"healthprobe: cannot write {path}: No such file or directory\n"
        )

    def content(self, path):
        with open(path, encoding="utf-8") as file:
            return file.read()
