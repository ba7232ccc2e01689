"""Whom healthprobe-monitor tells: any command, by its input and environment, never by its words."""

import http.server
import json
import os
import shutil
import subprocess
import threading

from harness import needs, test
from harness.monitor import SCRIPTS, MonitorCase
from harness.process import clean_environment

HOSTILE = "'; touch {0}; \" $(touch {0}) `touch {0}` \\ <!channel> & %n é\x1b[31m\n~!touch {0}"


class Notify(MonitorCase):
    @test("a command gets the line on its input and in variables, and nothing is printed")
    def test_command(self):
        variables = "SERVICE VERDICT REASON EVENT PREVIOUS PREVIOUS_REASON".split()
        words = " ".join(f'"${{MONITOR_{name}-unset}}"' for name in variables)
        command = f'{{ cat; printf "%s|" {words}; echo "$MONITOR_TEXT"; echo "$MONITOR_LINE"; }} >"$OUT"'
        options = ("--notify", command)
        tell = {"options": options, "OUT": self.notified}
        self.put("ingestion", "unhealthy", reason="no ticks")
        self.says(1, **tell)
        line = "ingestion unhealthy [unhealthy]: no ticks"
        expected = f"{line}\ningestion|unhealthy|unhealthy|failed|||no ticks\n{line}\n"
        self.assertEqual(self.read_notified(), expected)
        self.put("ingestion", "healthy")
        self.says(0, **tell)
        found = self.read_notified()
        self.assertIn("\ningestion|healthy|healthy|recovered|unhealthy|unhealthy|", found)

    @test("text from Redis is never part of a command")
    def test_hostile(self):
        bait = os.path.join(self.folder, "bait")
        self.put("ingestion", "unhealthy", reason=HOSTILE.format(bait))
        self.says(1, options=("--notify", 'printf "%s\\n" "$MONITOR_LINE" | cat - "/dev/fd/0" >"$OUT"'),
                  OUT=self.notified)  # fmt: skip
        text = self.read_notified()
        self.assertFalse(os.path.exists(bait))
        self.assertIn("$(touch ", text)
        self.assertIn("\\x1b[31m\\n~!", text)

    @test("one that fails is tried again, and only for the service that it failed for")
    def test_failure(self):
        tell = 'cat >>"$OUT"; [ "$MONITOR_SERVICE" != b ] || [ -e "$OUT.works" ]'
        arguments = ("--notify", tell, "a", "b", "c")
        for _ in range(2):
            found = self.run_monitor(*arguments, OUT=self.notified)
            self.assertEqual((found.exit, found.stdout), (2, ""), found)
            self.assertRegex(found.stderr, r"^healthprobe-monitor: --notify failed \(exit status 1\)")
            self.assertIn(": b unhealthy [missing]: no key", found.stderr)
        with open(self.notified + ".works", "w"):
            pass
        for _ in range(2):
            self.assertEqual(self.run_monitor(*arguments, OUT=self.notified).exit, 1)
        told = [line[0] for line in self.read_notified().splitlines()]
        self.assertEqual(told, ["a", "b", "c", "b", "b"])

    @test("one that hangs is ended, and the others are not waited for", seconds=5)
    def test_hang(self):
        found = self.run_monitor(
            "--notify", 'echo "$MONITOR_SERVICE" >>"$OUT"; sleep 60', "--notify-limit", "1", "a", "b",
            OUT=self.notified,
        )  # fmt: skip
        self.assertEqual(found.exit, 2, found)
        self.assertLess(found.seconds, 20)
        self.assertIn("did not end within 1s", found.stderr)
        self.assertEqual(self.read_notified(), "a\n")
        self.says(1, "a unhealthy [missing]", "b unhealthy [missing]", of=("a", "b"))

    @test("what a command leaves running does not hold the lock")
    def test_left_running(self):
        found = self.run_monitor("--notify", "sleep 10 >/dev/null 2>&1 &", "a")
        self.assertEqual(found.exit, 1, found)
        self.says(1, "b unhealthy", of=("b",))

    @test("without one, output that nobody takes is an error, and said again")
    def test_full(self):
        command = [SCRIPTS / "healthprobe-monitor", "--state", self.state, "--healthprobe",
                   os.path.join(os.environ["E2E_BINARIES"], "healthprobe"), "a"]  # fmt: skip
        with open("/dev/full", "w") as full:
            subprocess.run(command, env=clean_environment(HEARTBEAT_REDIS_URL=self.url),
                           stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.DEVNULL)  # fmt: skip
        self.says(1, "a unhealthy [missing]", of=("a",))


class Webhook(http.server.BaseHTTPRequestHandler):
    status = 200
    received = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((self.path, self.headers["Content-Type"], body))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


class Slack(MonitorCase):
    def setUp(self):
        super().setUp()
        needs(shutil.which("curl"), "curl")
        Webhook.status, Webhook.received = 200, []
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.webhook = f"http://127.0.0.1:{server.server_address[1]}/services/T0/B0/se-cret"
        self.secret = os.path.join(self.folder, "webhook")
        with open(self.secret, "w") as file:
            file.write(self.webhook + "\n")

    def tell(self, path=None, **variables):
        """One run; $PATH begins with a curl that notes its arguments and environment."""
        folder = os.path.join(self.folder, "bin")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "curl"), "w") as file:
            file.write('#!/bin/sh\n{ printf "%s\\n" "$@"; env; } >"$SEEN"\nexec '
                       + shutil.which("curl") + ' "$@"\n')  # fmt: skip
        os.chmod(file.name, 0o755)
        variables.setdefault("SLACK_WEBHOOK_URL_FILE", self.secret)
        return self.run_monitor(
            "--notify", str(SCRIPTS / "healthprobe-slack"), "ingestion",
            SEEN=self.notified, PATH=f"{folder}:{os.environ['PATH']}", **variables,
        )  # fmt: skip

    @test("Slack gets the line as it is, with neither mentions nor links in it")
    def test_message(self):
        self.put("ingestion", "unhealthy", reason=HOSTILE.format("/x") + "\\")
        found = self.tell()
        self.assertEqual((found.exit, found.stdout, found.stderr), (1, "", ""))
        ((path, kind, body),) = Webhook.received
        self.assertEqual((path, kind[:16]), ("/services/T0/B0/se-cret", "application/json"))
        text = json.loads(body)["text"]
        self.assertIn("&lt;!channel&gt; &amp; %n é\\x1b[31m\\n~!touch", text)
        shown = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        self.assertEqual(shown, self.probe("ingestion").stdout.rstrip("\n"))

    @test("the webhook's URL is seen by nobody else", seconds=3)
    def test_secret(self):
        for variables in ({}, {"SLACK_WEBHOOK_URL_FILE": None, "SLACK_WEBHOOK_URL": self.webhook}):
            self.put("ingestion", "unhealthy")
            self.assertEqual(self.tell(**variables).exit, 1)
            seen = self.read_notified()
            self.assertIn("--config", seen)
            self.assertNotIn("se-cret", seen)
            self.put("ingestion", "healthy")
            self.tell(**variables)
        self.assertEqual(len(Webhook.received), 4)

    @test("when Slack does not take it, that is said and tried again", seconds=3)
    def test_refused(self):
        self.put("ingestion", "unhealthy")
        Webhook.status = 403
        found = self.tell()
        self.assertEqual(found.exit, 2, found)
        self.assertIn("healthprobe-slack: Slack answered with HTTP status 403\n", found.stderr)
        for url, says in (
            ("http://127.0.0.1:1/se-cret", "curl failed with 7: Failed to connect to 127.0.0.1"),
            ("ftp://example.org/se-cret", "does not begin with https://"),
            ('https://example.org/"\nse-cret', "has characters"), ("", "set SLACK_WEBHOOK_URL_FILE"),
        ):  # fmt: skip
            with self.subTest(url=url):
                found = self.tell(SLACK_WEBHOOK_URL_FILE=None, SLACK_WEBHOOK_URL=url)
                self.assertEqual(found.exit, 2, found)
                self.assertIn(says, found.stderr)
                self.assertNotIn("se-cret", found.stderr)
        found = self.tell(SLACK_WEBHOOK_URL_FILE="/nowhere")
        self.assertIn("cannot read '/nowhere'", found.stderr)
        Webhook.status = 200
        self.assertEqual(self.tell().exit, 1)
        self.assertEqual(len(Webhook.received), 2)
