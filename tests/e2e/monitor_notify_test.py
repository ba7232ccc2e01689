"""Whom healthprobe-monitor tells: any command, by its input and environment, never by its words."""

import json
import os
import re
import shutil
import subprocess

import pytest

from harness.monitor import SCRIPTS
from harness.probe import PATIENT
from harness.process import any_probe, clean_environment
from harness.skips import needs

pytestmark = pytest.mark.any_probe

HOSTILE = "'; touch {0}; \" $(touch {0}) `touch {0}` \\ <!channel> & %n é\x1b[31m\n~!touch {0}"


def test_a_command_gets_the_line_on_its_input_and_in_variables(monitor):
    variables = "SERVICE VERDICT REASON EVENT PREVIOUS PREVIOUS_REASON".split()
    words = " ".join(f'"${{MONITOR_{name}-unset}}"' for name in variables)
    whole = 'echo "$MONITOR_TEXT"; echo "$MONITOR_LINE"'
    command = f'{{ cat; printf "%s|" {words}; {whole}; }} >"$OUT"'
    options = ("--notify", command)
    tell = {"options": options, "OUT": monitor.notified}
    monitor.put("ingestion", "unhealthy", reason="no ticks")
    monitor.says(1, **tell)
    line = "ingestion unhealthy [unhealthy]: no ticks"
    expected = f"{line}\ningestion|unhealthy|unhealthy|failed|||no ticks\n{line}\n"
    assert monitor.notified.read_text() == expected
    monitor.put("ingestion", "healthy")
    monitor.says(0, **tell)
    found = monitor.notified.read_text()
    assert "\ningestion|healthy|healthy|recovered|unhealthy|unhealthy|" in found


def test_text_from_redis_is_never_part_of_a_command(monitor, tmp_path):
    bait = os.path.join(tmp_path, "bait")
    monitor.put("ingestion", "unhealthy", reason=HOSTILE.format(bait))
    command = 'printf "%s\\n" "$MONITOR_LINE" | cat - "/dev/fd/0" >"$OUT"'
    monitor.says(1, options=("--notify", command), OUT=monitor.notified)
    text = monitor.notified.read_text()
    assert not os.path.exists(bait)
    assert "$(touch " in text
    assert "\\x1b[31m\\n~!" in text


def test_a_command_that_fails_is_tried_again_only_for_the_service_it_failed_for(monitor):
    tell = 'cat >>"$OUT"; [ "$MONITOR_SERVICE" != b ] || [ -e "$OUT.works" ]'
    arguments = ("--notify", tell, "a", "b", "c")
    for _ in range(2):
        found = monitor.run(*arguments, OUT=monitor.notified)
        assert (found.exit, found.stdout) == (2, ""), found
        assert re.search(r"^healthprobe-monitor: --notify failed \(exit status 1\)", found.stderr)
        assert ": b unhealthy [missing]: no key" in found.stderr
    monitor.notified.with_name("notified.works").touch()
    for _ in range(2):
        assert monitor.run(*arguments, OUT=monitor.notified).exit == 1
    told = [line[0] for line in monitor.notified.read_text().splitlines()]
    assert told == ["a", "b", "c", "b", "b"]


@pytest.mark.slow(5)
def test_a_command_that_hangs_is_ended_and_the_others_are_not_waited_for(monitor):
    found = monitor.run(
        "--notify", 'echo "$MONITOR_SERVICE" >>"$OUT"; sleep 60', "--notify-limit", "1", "a", "b",
        OUT=monitor.notified,
    )  # fmt: skip
    assert found.exit == 2, found
    assert found.seconds < 45
    assert "did not end within 1s" in found.stderr
    assert monitor.notified.read_text() == "a\n"
    monitor.says(1, "a unhealthy [missing]", "b unhealthy [missing]", of=("a", "b"))


def test_what_a_command_leaves_running_does_not_hold_the_lock(monitor):
    found = monitor.run("--notify", "sleep 10 >/dev/null 2>&1 &", "a")
    assert found.exit == 1, found
    monitor.says(1, "b unhealthy", of=("b",))


def test_output_that_nobody_takes_is_an_error_and_said_again(monitor, redis_url):
    command = [SCRIPTS / "healthprobe-monitor", "--state", monitor.state]
    command += ["--healthprobe", any_probe(), "a"]
    streams = {"stdin": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with open("/dev/full", "w") as full:
        environment = clean_environment(HEARTBEAT_REDIS_URL=redis_url, **PATIENT)
        subprocess.run(command, env=environment, stdout=full, **streams)
    monitor.says(1, "a unhealthy [missing]", of=("a",))


class Slack:
    def __init__(self, folder, monitor, receiver):
        self.folder, self.monitor = folder, monitor
        self.webhook = f"{receiver.url}/services/T0/B0/se-cret"
        self.secret = folder / "webhook"
        self.secret.write_text(self.webhook + "\n")

    def tell(self, **variables):
        """One run; $PATH begins with a curl that notes its arguments and environment."""
        folder = self.folder / "bin"
        folder.mkdir(exist_ok=True)
        curl = folder / "curl"
        real = shutil.which("curl")
        curl.write_text(f'#!/bin/sh\n{{ printf "%s\\n" "$@"; env; }} >"$SEEN"\nexec {real} "$@"\n')
        curl.chmod(0o755)
        variables.setdefault("SLACK_WEBHOOK_URL_FILE", self.secret)
        return self.monitor.run(
            "--notify", str(SCRIPTS / "healthprobe-slack"), "ingestion",
            SEEN=self.monitor.notified, PATH=f"{folder}:{os.environ['PATH']}", **variables,
        )  # fmt: skip


@pytest.fixture
def slack(tmp_path, monitor, receiver):
    needs(shutil.which("curl"), "curl")
    return Slack(tmp_path, monitor, receiver)


def test_slack_gets_the_line_as_it_is_without_mentions_and_links(monitor, probe, slack, receiver):
    monitor.put("ingestion", "unhealthy", reason=HOSTILE.format("/x") + "\\")
    found = slack.tell()
    assert (found.exit, found.stdout, found.stderr) == (1, "", "")
    (told,) = receiver.received
    assert told.path == "/services/T0/B0/se-cret"
    assert told.headers["Content-Type"].startswith("application/json")
    text = json.loads(told.body)["text"]
    assert "&lt;!channel&gt; &amp; %n é\\x1b[31m\\n~!touch" in text
    shown = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert shown == probe("ingestion").stdout.rstrip("\n")


@pytest.mark.parametrize("in_file", [True, False])
def test_the_url_of_the_webhook_is_seen_by_nobody_else(monitor, slack, receiver, in_file):
    in_variable = {"SLACK_WEBHOOK_URL_FILE": None, "SLACK_WEBHOOK_URL": slack.webhook}
    variables = {} if in_file else in_variable
    monitor.put("ingestion", "unhealthy")
    assert slack.tell(**variables).exit == 1
    seen = monitor.notified.read_text()
    assert "--config" in seen
    assert "se-cret" not in seen
    monitor.put("ingestion", "healthy")
    slack.tell(**variables)
    assert len(receiver.received) == 2


def test_what_slack_does_not_take_is_said_and_tried_again(monitor, slack, receiver):
    monitor.put("ingestion", "unhealthy")
    receiver.status = 403
    found = slack.tell()
    assert found.exit == 2, found
    assert "healthprobe-slack: Slack answered with HTTP status 403\n" in found.stderr
    receiver.status = 200
    assert slack.tell().exit == 1
    assert len(receiver.received) == 2


@pytest.mark.parametrize(
    "url, says",
    [
        ("http://127.0.0.1:1/se-cret", "curl failed with 7: Failed to connect to 127.0.0.1"),
        ("ftp://example.org/se-cret", "does not begin with https://"),
        ('https://example.org/"\nse-cret', "has characters"),
        ("", "set SLACK_WEBHOOK_URL_FILE"),
    ],
)
def test_a_webhook_that_cannot_be_is_said_and_not_shown(monitor, slack, url, says):
    monitor.put("ingestion", "unhealthy")
    found = slack.tell(SLACK_WEBHOOK_URL_FILE=None, SLACK_WEBHOOK_URL=url)
    assert found.exit == 2, found
    assert says in found.stderr
    assert "se-cret" not in found.stderr


def test_a_file_of_the_webhook_that_cannot_be_read_is_named(monitor, slack):
    monitor.put("ingestion", "unhealthy")
    found = slack.tell(SLACK_WEBHOOK_URL_FILE="/nowhere")
    assert "cannot read '/nowhere'" in found.stderr
