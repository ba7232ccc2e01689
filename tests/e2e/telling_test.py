"""The recipes of docs/monitoring.md: each tells a receiver, run as it stands there, but for its address."""

import json
import os
import re
import shlex
import shutil
import urllib.parse
import urllib.request

import pytest

from harness.monitor import SCRIPTS
from harness.pages import PROJECT, recipe
from harness.prometheus import Alertmanager
from harness.skips import needs
from harness.waiting import wait_until

pytestmark = pytest.mark.any_probe

PAGE = "docs/monitoring.md"
SECRETS = "/etc/healthprobe/"
HOSTILE = "'; $(touch x) \"quoted\" \\ <!channel> & 100%\n é"


class Teller:
    """Runs healthprobe-monitor by a recipe."""

    def __init__(self, folder, monitor, receiver):
        self.folder, self.monitor, self.receiver = folder, monitor, receiver

    def here(self, text):
        """With the receiver for the host and the folder of the test for that of the secrets."""
        return re.sub(r"https://[\w.-]+", self.receiver.url, text).replace(SECRETS, f"{self.folder}/")

    def run(self, heading, **variables):
        blocks = recipe(PAGE, heading)
        options = self.here(blocks.pop("text"))
        for text in blocks.values():
            (name,) = re.findall(rf"{self.folder}/(\w+)", options)
            (self.folder / name).write_text(self.here(text))
        path = f"{SCRIPTS}:/usr/sbin:{os.environ['PATH']}"
        variables = {"PATH": path, "HOME": self.folder, **variables}
        return self.monitor.run(*shlex.split(options), "ingestion", **variables)

    def tell(self, heading, status, **variables):
        self.monitor.put("ingestion", status, reason=HOSTILE)
        found = self.run(heading, **variables)
        assert (found.stdout, found.stderr) == ("", ""), found
        assert found.exit == int(status != "healthy")

    def received(self):
        """The only one that came; the next begins anew."""
        (one,) = self.receiver.received
        self.receiver.received.clear()
        return one


@pytest.fixture
def teller(tmp_path, monitor, receiver):
    for program in ("curl", "jq"):
        needs(shutil.which(program), program)
    folder = tmp_path / "secrets"
    folder.mkdir()
    return Teller(folder, monitor, receiver)


def line_of(probe):
    return probe("ingestion").stdout.rstrip("\n")


def assert_failure_is_tried_again(teller, heading):
    """After it has told of the failure: of the recovery."""
    teller.receiver.status = 500
    teller.monitor.put("ingestion", "healthy")
    found = teller.run(heading)
    assert found.exit == 2
    assert "--notify failed" in found.stderr
    teller.receiver.status = 200
    teller.receiver.received.clear()
    teller.tell(heading, "healthy")


def test_mail(teller, mailbox, probe):
    needs(shutil.which("msmtp"), "msmtp-mta")
    settings = f"account default\nhost 127.0.0.1\nport {mailbox.port}\nfrom health@example.org\n"
    (teller.folder / ".msmtprc").write_text(settings)
    teller.tell("Mail", "unhealthy")
    (mail,) = mailbox.mails
    head, _, body = mail.partition("\n\n")
    assert {"To: ops@example.org", "Subject: ingestion is unhealthy"} <= set(head.splitlines())
    assert body.rstrip("\n") == line_of(probe)
    mailbox.shutdown()
    mailbox.server_close()
    teller.monitor.put("ingestion", "healthy")
    assert teller.run("Mail").exit == 2


def test_slack(teller):
    (teller.folder / "slack").write_text(f"{teller.receiver.url}/services/T0/B0/secret\n")
    teller.tell("Slack", "unhealthy", SLACK_WEBHOOK_URL_FILE=teller.folder / "slack")
    assert teller.received().path == "/services/T0/B0/secret"


def test_telegram(teller, probe):
    teller.tell("Telegram", "unhealthy")
    told = teller.received()
    assert (told.method, told.path) == ("POST", "/botTOKEN/sendMessage")
    fields = dict(urllib.parse.parse_qsl(told.body.decode()))
    assert fields == {"chat_id": "CHAT", "text": line_of(probe) + "\n"}
    assert_failure_is_tried_again(teller, "Telegram")
    assert b"healthy" in teller.received().body


def test_ntfy(teller, probe):
    teller.tell("ntfy", "unhealthy")
    told = teller.received()
    assert told.path == "/TOPIC"
    assert told.headers["Title"] == "ingestion is unhealthy"
    assert told.headers["Authorization"] == "Bearer TOKEN"
    assert told.body.decode() == line_of(probe) + "\n"
    assert_failure_is_tried_again(teller, "ntfy")
    assert teller.received().headers["Title"] == "ingestion is healthy"


def test_pagerduty_gets_one_key_for_a_service_and_its_end(teller, probe):
    teller.tell("PagerDuty", "unhealthy")
    told = teller.received()
    assert (told.path, told.headers["Content-Type"]) == ("/v2/enqueue", "application/json")
    assert json.loads(told.body) == {
        "routing_key": "ROUTING_KEY",
        "dedup_key": "healthprobe/ingestion",
        "event_action": "trigger",
        "payload": {
            "summary": line_of(probe) + "\n", "source": "ingestion", "severity": "critical",
        },
    }  # fmt: skip
    assert_failure_is_tried_again(teller, "PagerDuty")
    end = json.loads(teller.received().body)
    assert (end["dedup_key"], end["event_action"]) == ("healthprobe/ingestion", "resolve")


def test_a_dead_mans_switch_hears_of_a_run_that_worked_whatever_it_found(teller):
    teller.monitor.put("ingestion", "unhealthy")
    assert teller.run("Who watches the watcher").exit == 1
    told = teller.received()
    assert (told.method, told.path) == ("GET", "/UUID")
    teller.receiver.status = 500
    found = teller.run("Who watches the watcher")
    assert found.exit == 2
    assert "--alive failed" in found.stderr


@pytest.mark.slow(6)
@pytest.mark.surroundings
def test_alertmanager_tells_mail_slack_pagerduty_and_the_switch(
    tmp_path, receiver, mailbox, cleanup
):
    needs(shutil.which("prometheus-alertmanager"), "prometheus-alertmanager")
    receivers = (PROJECT / "docs/examples/alertmanager-receivers.yaml").read_text()
    assert recipe(PAGE, "Alertmanager")["yaml"] == receivers
    shipped = (PROJECT / "compose/alertmanager/alertmanager.yaml").read_text()
    before, rest = shipped.split("\nreceivers:\n")
    text = f"{before}\n{receivers}\ninhibit_rules:{rest.split('inhibit_rules:')[1]}"
    for name, secret in (("mail", "m"), ("slack", f"{receiver.url}/slack"), ("pagerduty", "key")):
        (tmp_path / name).write_text(secret)
    text = text.replace("/run/secrets/", f"{tmp_path}/").replace("https://hc-ping.com", receiver.url)
    text = text.replace("mail.example.org:587", f"127.0.0.1:{mailbox.port}\n        require_tls: false")
    text = text.replace("      - routing_key", f"      - url: {receiver.url}/pagerduty\n        routing_key")
    (tmp_path / "config.yaml").write_text(text.replace("group_wait: 30s", "group_wait: 1s"))
    server = Alertmanager(tmp_path, "alertmanager").start(tmp_path / "config.yaml")
    cleanup.callback(server.stop)
    wait_until(server.is_ready, 60, "Alertmanager is ready")
    alerts = [
        {"labels": {"alertname": name, "severity": severity}, "annotations": {"summary": "down"}}
        for name, severity in (("ServiceMissing", "critical"), ("Watchdog", "none"))
    ]
    post = urllib.request.Request(
        f"{server.url}/api/v2/alerts", json.dumps(alerts).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(post, timeout=60).close()

    def told():
        return {one.path: one.body for one in list(receiver.received)}

    wait_until(
        lambda: told().keys() == {"/slack", "/pagerduty", "/UUID"} and mailbox.mails,
        60, "everybody is told", every=0.2,
    )  # fmt: skip
    assert b"ServiceMissing: 1 firing" in told()["/slack"]
    assert json.loads(told()["/pagerduty"])["routing_key"] == "key"
    assert "ServiceMissing" in mailbox.mails[0]
