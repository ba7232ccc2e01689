"""What a test of scripts/healthprobe-monitor needs: a run of it, and what it said."""

import os
import pathlib

from harness.case import Case
from harness.probe import run
from harness.process import binary, clean_environment
from harness.values import document

SCRIPTS = pathlib.Path(__file__).parents[3] / "scripts"


class MonitorCase(Case):
    topic = "monitor"

    def setUp(self):
        super().setUp()
        self.start_redis()
        self.state = os.path.join(self.folder, "monitor.state")
        self.notified = os.path.join(self.folder, "notified")

    def put(self, service, status, **fields):
        self.client.setex(f"health:{service}", 60, document(status, **fields))

    def run_monitor(self, *arguments, **variables):
        command = [str(SCRIPTS / "healthprobe-monitor"), "--state", self.state]
        command += ["--healthprobe", binary("healthprobe"), *arguments]
        # A busy machine is no reason for [timeout].
        patient = {"HEARTBEAT_REDIS_URL": self.url, "HEALTHPROBE_TIMEOUT": "20s"}
        return run(command, clean_environment(**{**patient, **variables}))

    def says(self, exit_status, *beginnings, of=("ingestion",), options=(), **variables):
        """One run prints lines that begin so, and nothing else."""
        found = self.run_monitor(*options, *of, **variables)
        lines = found.stdout.splitlines()
        self.assertEqual(len(lines), len(beginnings), found)
        for line, beginning in zip(lines, beginnings):
            self.assertTrue(line.startswith(beginning), found)
        self.assertEqual(found.stderr, "")
        self.assertEqual(found.exit, exit_status, found)
        return lines

    def rows(self):
        with open(self.state) as file:
            header, *lines = file.read().splitlines()
        self.assertEqual(header, "healthprobe-monitor 1")
        return {words[0]: words[1:] for words in map(str.split, lines)}

    def age_state(self, seconds):
        """As if everything in the state file had happened so much earlier."""
        lines = ["healthprobe-monitor 1"]
        for name, (verdict, reason, since, told, bad, seen) in self.rows().items():
            moments = [str(int(moment) - seconds) for moment in (since, told)]
            lines.append(" ".join([name, verdict, reason, *moments, bad, seen]))
        with open(self.state, "w") as file:
            file.write("\n".join(lines) + "\n")

    def read_notified(self):
        with open(self.notified) as file:
            return file.read()
