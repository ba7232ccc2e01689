"""compose/trading/compose.yaml, up on the engine, with quick health checks."""

import json
import socket

from harness.stack import Stack

SERVERS = ("redis", "database", "rabbitmq")
SERVICES = ("ingestion", "worker-1", "worker-2", "worker-3", "depth-collector", "signal-generator", "api")
CHECK = {"interval": "3s", "timeout": "20s", "retries": 1}
OPEN = {"MARKET_HOURS": "Mon-Sun 00:00-24:00 UTC", "HOLIDAYS_FILE": "", "ALERT_EVERY": "5"}
POST = "import urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8200/control/{}', method='POST'))"


class Trading(Stack):
    part = "trading"
    services = (*SERVERS, *SERVICES)

    def up(self):
        servers = {"redis": self.images.tools, "database": self.images.database, "rabbitmq": self.images.rabbitmq}
        # With health checks of their own: one of RabbitMQ takes a second of a processor.
        overrides = {name: {"image": image} for name, image in servers.items()}
        service = {"image": self.images.name("trading"), "healthcheck": CHECK, "environment": OPEN}
        overrides |= {name: service for name in SERVICES}
        overrides["exchange"] = {"image": self.images.name("trading")}
        overrides["healthboard"] = {"image": self.images.name("healthboard")}
        self._override(overrides)
        self.compose("up", "-d", "--no-build", timeout=600, variables=free_ports())

    def control_exchange(self, name, mode):
        self.engine.docker("exec", self.id("exchange"), "python3", "-c", POST.format(f"{name}/{mode}"))

    def on_the_board(self):
        """The names of the services that healthboard answers for; none where it does not answer yet."""
        script = "import urllib.request as u; print(u.urlopen('http://healthboard:8686/health').read().decode())"
        answer = self.python("exchange", script).stdout
        return {each["service"] for each in json.loads(answer)["services"]} if answer else set()

    def secrets_of(self, service):
        """The names of the files that it can read."""
        return set(self.engine.docker("exec", self.id(service), "ls", "/run/secrets").stdout.split())


def free_ports():
    """Nobody on this machine may be in the way."""
    names = ("EXCHANGE_PORT", "API_PORT", "BOARD_PORT")
    sockets = [socket.socket() for _ in names]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = {name: str(one.getsockname()[1]) for name, one in zip(names, sockets)}
    for one in sockets:
        one.close()
    return ports
