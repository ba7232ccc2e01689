"""A real Nagios runs healthprobe by the command line of docs/monitoring.md, and understands it."""

import os
import pathlib
import re

from harness import needs, test
from harness.nagios import PROGRAM, Nagios
from harness.process import binary
from harness.values import ValueCase, document

WITHIN = 60
GUIDE = pathlib.Path(__file__).resolve().parents[2] / "docs/monitoring.md"
# By the guidelines: 'label'=value[unit];[warn];[crit];[min];[max]
FIGURE = re.compile(r"('[^'=]+'|[^'= ]+)=(-?[0-9.]+)(s|%|c|B|)?(;[0-9.:@~-]*){0,4}$")
# Not what a check said, which a line of the log may quote.
COMPLAINT = re.compile(
    r"^\[\d+\] (?!SERVICE ALERT|CURRENT)(Warning|Error|.*(timed out|unable to|out of bounds))"
)
CHECKS = {
    "ticks": {
        "severity": "critical", "state": "pass", "kind": "age",
        "value": 2.5, "comparison": "<", "limit": 60,
    },
}


class NagiosTest(ValueCase):
    topic = "nagios"

    def setUp(self):
        super().setUp()
        needs(os.path.exists(PROGRAM), "nagios4-core")

    def put_beat(self, service, status):
        text = document(status, ttl_ms=600_000, interval_ms=300_000, sequence=3, checks=CHECKS)
        self.client.psetex(f"health:{service}", 600_000, text)

    def start_nagios(self, **arguments):
        line = re.search(r"^ *command_line +/usr/bin/healthprobe (.*)$", GUIDE.read_text(), re.M)
        command = f"{binary('healthprobe')} {line[1]}"
        checks = {name: (command, words) for name, words in arguments.items()}
        nagios = Nagios(self.folder, checks)
        verified = nagios.verify()
        self.assertEqual(verified.returncode, 0, verified.stdout)
        self.assertIn("Total Errors:   0", verified.stdout)
        nagios.start(HEARTBEAT_REDIS_URL=self.url)
        self.addCleanup(nagios.stop)
        return nagios

    def wait_for_states(self, nagios, **expected):
        try:
            self.wait_until(lambda: nagios.states() == expected, WITHIN, "the states that are due")
        except AssertionError:
            self.assertEqual(nagios.states(), expected, nagios.read("nagios.log")[-3000:])

    def assert_figures(self, text):
        figures = text.split()
        self.assertEqual([one for one in figures if not FIGURE.match(one)], [], text)
        return {one.split("=")[0]: one.split("=", 1)[1] for one in figures}

    @test("shows every state for the right cause, and reads the figures", seconds=12)
    def test_states(self):
        for service in ("healthy", "starting", "degraded", "unhealthy"):
            self.put_beat(service, service)
        nagios = self.start_nagios(
            good="healthy", young="starting", slow="degraded", broken="unhealthy", gone="nobody",
            several="healthy degraded nobody", misused="healthy -t soon",
        )
        self.wait_for_states(
            nagios, good="OK", young="WARNING", slow="WARNING", broken="CRITICAL",
            gone="CRITICAL", several="CRITICAL", misused="UNKNOWN",
        )
        found = nagios.services()
        for name, word, reason in (
            ("good", "OK", "healthy [healthy]"), ("young", "WARNING", "starting [starting]"),
            ("slow", "WARNING", "degraded [degraded]"),
            ("broken", "CRITICAL", "unhealthy [unhealthy]"),
            ("gone", "CRITICAL", "nobody unhealthy [missing]"), ("misused", "UNKNOWN", "soon"),
        ):
            with self.subTest(name=name):
                output = found[name]["plugin_output"]
                self.assertTrue(output.startswith(f"HEALTHPROBE {word}: "), output)
                self.assertIn(reason, output)
                self.assertNotIn("|", output)
        figures = self.assert_figures(found["good"]["performance_data"])
        self.assertRegex(figures["beat_age"], r"^[0-9.]+s;;300$|^[0-9.]+s;;[0-9.]+$")
        self.assertEqual(figures["ticks"], "2.5s;;60")
        self.assertTrue(self.assert_figures(found["several"]["performance_data"]))
        self.assertEqual(found["misused"]["performance_data"], "")
        self.assert_no_complaint(nagios)

        # What Nagios shows follows what the service says.
        self.put_beat("unhealthy", "healthy")
        self.wait_until(lambda: nagios.states()["broken"] == "OK", WITHIN, "it is well again")

        self.redis.stop()
        self.wait_for_states(
            nagios, misused="UNKNOWN",
            **dict.fromkeys(("good", "young", "slow", "broken", "gone", "several"), "CRITICAL"),
        )
        self.assertIn("[unreachable]", nagios.services()["good"]["plugin_output"])
        self.assert_no_complaint(nagios)

    def assert_no_complaint(self, nagios):
        for line in nagios.read("nagios.log").splitlines():
            self.assertNotRegex(line, COMPLAINT)
