"""A Prometheus and a node_exporter of the test's own, on loopback, and what Prometheus answers."""

import collections
import json
import os
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from harness.pages import PROJECT
from harness.ports import free_port
from harness.process import clean_environment, finish, spawn

ALERTS = PROJECT / "compose/prometheus/alerts.yaml"


def hasty_alerts(folder):
    """A file with the rules of the stack, but that no alert has to wait."""
    text, count = re.subn(r"for: \d+m", "for: 0s", ALERTS.read_text())
    assert count > 5
    path = os.path.join(folder, "alerts.yaml")
    with open(path, "w") as file:
        file.write(text)
    return path


def fetch(url, timeout=30):
    """The text behind the URL; none while nobody listens there."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as reply:
            return reply.read().decode()
    except (urllib.error.URLError, OSError):
        return None


class _Server:
    def __init__(self, folder, name):
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder)
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.address}"
        self.process = None

    def _run(self, *command):
        with open(self._path("log"), "w") as log:
            self.process = spawn(
                command, stdout=log, stderr=subprocess.STDOUT, env=clean_environment(),
                cwd=self.folder,
            )

    def _path(self, name):
        return os.path.join(self.folder, name)

    @property
    def log(self):
        with open(self._path("log")) as file:
            return file.read()

    def stop(self):
        if self.process:
            finish(self.process)


class NodeExporter(_Server):
    """Nothing but its textfile collector."""

    def start(self):
        os.mkdir(self._path("textfiles"))
        self._run(
            "prometheus-node-exporter", f"--web.listen-address={self.address}",
            "--collector.disable-defaults", "--collector.textfile",
            f"--collector.textfile.directory={self._path('textfiles')}",
        )
        return self

    @property
    def textfile(self):
        return os.path.join(self.folder, "textfiles", "health.prom")


class Alertmanager(_Server):
    def start(self, config):
        """`config` is a file."""
        self._run(
            "prometheus-alertmanager", f"--config.file={config}", "--cluster.listen-address=",
            f"--storage.path={self._path('data')}", f"--web.listen-address={self.address}",
        )
        return self

    def is_ready(self):
        return fetch(f"{self.url}/-/ready") is not None

    def alerts(self):
        """{(NAME, STATE): NUMBER} of those that fire; STATE is active, suppressed or unprocessed."""
        found = json.loads(fetch(f"{self.url}/api/v2/alerts") or "[]")
        return collections.Counter(
            (one["labels"]["alertname"], one["status"]["state"]) for one in found
        )


class Prometheus(_Server):
    def start(self, targets, rules, labels, alertmanager=None, interval="1s"):
        """`targets` by the name of their job, `rules` a file; all series get the `labels`.

        `alertmanager` is an address.
        """
        managers = [{"static_configs": [{"targets": [alertmanager]}]}] if alertmanager else []
        config = {
            "global": {"scrape_interval": interval, "evaluation_interval": "1s"},
            "rule_files": [rules],
            "alerting": {"alertmanagers": managers},
            "scrape_configs": [
                {"job_name": job, "static_configs": [{"targets": [address], "labels": labels}]}
                for job, address in targets.items()
            ],
        }
        with open(self._path("prometheus.json"), "w") as file:
            json.dump(config, file)  # which YAML is, too
        self._run(
            "prometheus", f"--config.file={self._path('prometheus.json')}",
            f"--storage.tsdb.path={self._path('data')}", f"--web.listen-address={self.address}",
            "--rules.alert.resend-delay=1s",  # what fires before it knows its Alertmanager
        )
        return self

    def is_ready(self):
        return fetch(f"{self.url}/-/ready") is not None

    def get(self, path, **parameters):
        text = fetch(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}")
        return json.loads(text)["data"] if text else None

    def query(self, expression):
        """[(LABELS, VALUE)] of this moment."""
        found = self.get("query", query=expression)
        return [(one["metric"], float(one["value"][1])) for one in found["result"]] if found else []

    def firing(self):
        """{(NAME, SERVICE)} of the alerts that do."""
        found = self.get("alerts") or {"alerts": []}
        return {
            (one["labels"]["alertname"], one["labels"].get("health_service"))
            for one in found["alerts"]
            if one["state"] == "firing"
        }
