"""The Alertmanager of the stack: one cause is one notification, and its end is one."""

import json
import re
import shutil
import time

import pytest

from harness.pages import PROJECT
from harness.prometheus import ALERTS, Alertmanager, Prometheus
from harness.skips import needs
from harness.values import document
from harness.waiting import wait_until

pytestmark = pytest.mark.surroundings

try:
    import yaml
except ImportError:
    yaml = None

ROUTES = PROJECT / "compose/alertmanager/alertmanager.yaml"
ROSTER = "health::services"
STORM = [f"service-{number}" for number in range(200)]
QUIET = dict.fromkeys(
    "late_beats failed_writes reconnects vanished lateness_ms worst_lateness_ms last_write_ms "
    "suspended_ms".split(), 0
)  # fmt: skip
WITHIN = 120
# Seconds for a minute of the stack, and between two scrapes: a busy machine needs one for a scrape.
MINUTE = 2
# Prometheus sends 64 alerts at a time. What would be told wrongly is told within two of them.
GROUP_INTERVAL = 4
SETTLED = 2 * GROUP_INTERVAL + 2


def quick_rules():
    """The rules of the stack, with seconds for minutes where an alert would wait."""

    def quick(found):
        return f"{found[1]}{int(found[2]) * MINUTE}s"

    text, count = re.subn(r"(for: |\[)(\d|10)m\b", quick, ALERTS.read_text())
    assert count > 10
    return text


def quick_routes(receiver):
    """The routes of the stack, hasty, and with a webhook for who is told."""
    config = yaml.safe_load(ROUTES.read_text())
    for route in (config["route"], *config["route"]["routes"]):
        route["group_wait"] = f"{GROUP_INTERVAL}s" if route.get("group_wait") != "0s" else "0s"
        route["group_interval"] = f"{GROUP_INTERVAL}s"
        if route["receiver"] == "watchdog":
            route["repeat_interval"] = "500ms"
    for one in config["receivers"]:
        if one["name"] != "nobody":
            one["webhook_configs"] = [{"url": f"{receiver.url}/{one['name']}"}]
    return json.dumps(config)


class Told:
    """What somebody has been told, by the receivers of Alertmanager."""

    def __init__(self, receiver):
        self.receiver = receiver

    def by(self, name):
        """(STATUS, NAME OF THE ALERTS, NUMBER OF THEM) of each notification."""
        found = [json.loads(one.body) for one in self.receiver.received if one.path == f"/{name}"]
        return [
            (one["status"], one["groupLabels"]["alertname"], len(one["alerts"])) for one in found
        ]

    def wait_for(self, *expected):
        """The operators have been told this since the beginning, and nothing follows."""
        expected = list(expected)
        wait_until(lambda: len(self.by("operators")) >= len(expected), WITHIN, f"told {expected[-1:]}")
        time.sleep(SETTLED)
        assert self.by("operators") == expected

    def last_alert(self):
        found = [one.body for one in self.receiver.received if one.path == "/operators"]
        return json.loads(found[-1])["alerts"][0]


class Watched:
    """A fleet in Redis, a healthboard, Prometheus and Alertmanager."""

    def __init__(self, folder, board, receiver, cleanup):
        (folder / "alerts.yaml").write_text(quick_rules())
        (folder / "routes.json").write_text(quick_routes(receiver))
        self.alertmanager = Alertmanager(folder, "alertmanager")
        self.prometheus = Prometheus(folder, "prometheus")
        self.prometheus.start(
            {"healthboard": f"127.0.0.1:{board.port}"}, str(folder / "alerts.yaml"), {},
            alertmanager=self.alertmanager.address, interval=f"{MINUTE}s",
        )  # fmt: skip
        cleanup.callback(self.prometheus.stop)
        # Before the first scrape there are no metrics, which is an alert of its own.
        wait_until(lambda: ("Watchdog", None) in self.prometheus.firing(), WITHIN, "it evaluates")
        self.wait_for_services()
        self.alertmanager.start(folder / "routes.json")
        cleanup.callback(self.alertmanager.stop)
        wait_until(self.alertmanager.is_ready, WITHIN, "Alertmanager is ready")

    def wait_for_services(self):
        """Nothing is wrong with any."""
        healthy = "min(healthprobe_healthy) == 1"
        wait_until(
            lambda: self.prometheus.query(healthy)
            and all(name == "Watchdog" or "Redis" in name for name, _ in self.prometheus.firing()),
            WITHIN, "all services are healthy",
        )  # fmt: skip

    def wait_for_alerts(self, name, state, number):
        wait_until(
            lambda: self.alertmanager.alerts()[name, state] == number,
            WITHIN, f"{number} of {name} are {state}",
        )  # fmt: skip


@pytest.fixture
def told(receiver):
    for program in ("prometheus", "prometheus-alertmanager"):
        needs(shutil.which(program), program)
    needs(yaml, "python3-yaml")
    return Told(receiver)


@pytest.fixture
def watch(tmp_path, board, receiver, cleanup):
    """Begins to watch the services that are there now."""
    return lambda: Watched(tmp_path, board.start(), receiver, cleanup)


def beat(client, service, status="healthy", **fields):
    fields = {"ttl_ms": 600_000, "interval_ms": 300_000, **fields}
    client.psetex(f"health:{service}", 600_000, document(status, **fields))
    client.zadd(ROSTER, {service: time.time()})


def beat_all(client, status="healthy", **fields):
    with client.pipeline() as pipe:
        for service in STORM:
            beat(pipe, service, status, **fields)
        pipe.execute()


def flag(state):
    return {
        "websocket_connected": {
            "severity": "critical", "state": state, "kind": "flag",
            "value": state == "pass", "comparison": "==", "limit": True,
        },
    }  # fmt: skip


@pytest.mark.slow(60)
@pytest.mark.own_redis(options=["--appendonly", "yes"])
def test_a_dead_redis_under_200_services_is_one_notification_and_its_end_one(
    redis, client, told, watch
):
    beat_all(client, writer=QUIET)
    watched = watch()
    assert told.by("operators") == []
    redis.stop()
    watched.wait_for_alerts("ServiceUnknown", "suppressed", len(STORM))
    dead = ("firing", "HealthboardWithoutRedis", 1)
    told.wait_for(dead)
    redis.start("--appendonly", "yes")
    watched.wait_for_services()
    beat_all(client, writer={**QUIET, "failed_writes": 9, "vanished": 1})
    for alert in ("WriterFails", "KeyVanished"):
        watched.wait_for_alerts(alert, "suppressed", len(STORM))
    told.wait_for(dead, ("resolved", "HealthboardWithoutRedis", 1))
    assert len(told.by("watchdog")) > 5


@pytest.mark.slow(45)
@pytest.mark.own_redis
def test_200_services_that_fail_at_once_are_one_notification_and_their_end_one(client, told, watch):
    beat_all(client)
    watched = watch()
    beat_all(client, "unhealthy", checks=flag("fail"))
    watched.wait_for_alerts("CriticalCheckFails", "suppressed", len(STORM))
    storm = ("firing", "ServiceUnhealthy", len(STORM))
    told.wait_for(storm)
    beat_all(client)
    told.wait_for(storm, ("resolved", "ServiceUnhealthy", len(STORM)))


@pytest.mark.slow(60)
@pytest.mark.own_redis
def test_a_broken_websocket_is_one_notification_and_a_vanished_series_another(
    client, probe, told, watch
):
    for service in ("ingestion", "worker"):
        beat(client, service, checks=flag("pass"))
    watched = watch()
    beat(client, "ingestion", "unhealthy", checks=flag("fail"))
    watched.wait_for_alerts("CriticalCheckFails", "suppressed", 1)
    broken = ("firing", "ServiceUnhealthy", 1)
    told.wait_for(broken)
    assert "websocket_connected" in told.last_alert()["annotations"]["description"]
    beat(client, "ingestion", checks=flag("pass"))
    mended = ("resolved", "ServiceUnhealthy", 1)
    told.wait_for(broken, mended)
    assert probe("--forget", "worker").exit == 0  # first: nobody may find it missing
    client.delete("health:worker")
    told.wait_for(broken, mended, ("firing", "ServiceVanished", 1))
    assert told.last_alert()["labels"]["health_service"] == "worker"
    beat(client, "worker")
    told.wait_for(broken, mended, ("firing", "ServiceVanished", 1), ("resolved", "ServiceVanished", 1))


def test_nothing_is_told_of_services_and_writers_while_their_healthboard_has_no_redis():
    needs(yaml, "python3-yaml")
    rules = yaml.safe_load(ALERTS.read_text())["groups"]
    (rule,) = (
        rule
        for rule in yaml.safe_load(ROUTES.read_text())["inhibit_rules"]
        if rule["source_matchers"] == ['alertname = "HealthboardWithoutRedis"']
    )
    (pattern,) = re.findall(r'^alertname =~ "(.*)"$', rule["target_matchers"][0])
    for group in rules:
        for alert in group["rules"]:
            assert bool(re.fullmatch(pattern, alert["alert"])) == (group["name"] != "watching")
