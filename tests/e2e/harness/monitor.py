"""What a test of scripts/healthprobe-monitor needs: a run of it, and what it said."""

import pathlib

import pytest

from harness.probe import PATIENT, run
from harness.process import any_probe, clean_environment
from harness.values import document

HEADER = "healthprobe-monitor 2"
SCRIPTS = pathlib.Path(__file__).parents[3] / "scripts"


class Monitor:
    def __init__(self, folder, redis, client):
        self.redis, self.client = redis, client
        self.state = folder / "monitor.state"
        self.notified = folder / "notified"

    def put(self, service, status, **fields):
        self.client.setex(f"health:{service}", 60, document(status, **fields))

    def run(self, *arguments, **variables):
        command = [str(SCRIPTS / "healthprobe-monitor"), "--state", str(self.state)]
        command += ["--healthprobe", any_probe(), *arguments]
        variables = {"HEARTBEAT_REDIS_URL": self.redis.url, **PATIENT, **variables}
        return run(command, clean_environment(**variables))

    def says(self, exit_status, *beginnings, of=("ingestion",), options=(), **variables):
        """One run prints lines that begin so, and nothing else."""
        found = self.run(*options, *of, **variables)
        lines = found.stdout.splitlines()
        assert len(lines) == len(beginnings), found
        for line, beginning in zip(lines, beginnings):
            assert line.startswith(beginning), found
        assert found.stderr == ""
        assert found.exit == exit_status, found
        return lines

    def rows(self):
        header, *lines = self.state.read_text().splitlines()
        assert header == HEADER
        return {words[0]: words[1:] for words in map(str.split, lines)}

    def age_state(self, seconds):
        """As if everything in the state file had happened so much earlier."""
        lines = [HEADER]
        for name, words in self.rows().items():
            verdict, reason, since, told, bad, seen, good, held, failed, flapping = words
            since, told, held = (str(int(moment) - seconds) for moment in (since, told, held))
            failed = ",".join(str(max(0, int(moment) - seconds)) for moment in failed.split(","))
            fields = [name, verdict, reason, since, told, bad, seen, good, held, failed, flapping]
            lines.append(" ".join(fields))
        self.state.write_text("\n".join(lines) + "\n")


@pytest.fixture
def monitor(tmp_path, redis, client):
    return Monitor(tmp_path, redis, client)
