"""The whole system on loopback: servers, stand-ins and services."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import urllib.request
from typing import Any, Callable

from processes import Processes, free_ports, wait_for
from servers import HERE, Postgres, RabbitMQ, Redis

ROOT = HERE.parent.parent
PYTHON = "/usr/bin/python3"  # Debian's, which has its packages
ALWAYS_OPEN = "Mon-Sun 00:00-24:00 UTC"  # so that there is something to see at any hour


@dataclasses.dataclass(frozen=True)
class Service:
    name: str
    program: pathlib.Path
    environment: dict[str, str] = dataclasses.field(default_factory=dict)


def services(folder: pathlib.Path = HERE / "after") -> list[Service]:
    workers = [Service(f"worker-{n}", folder / "worker.py") for n in (1, 2, 3)]
    return [
        Service("ingestion", folder / "ingestion.py"), *workers,
        Service("depth-collector", folder / "depth_collector.py"),
        Service("signal-generator", folder / "signal_generator.py"),
        Service("api", folder / "api.py"),
    ]  # fmt: skip


class Stack:
    """`build` has the programs and the library (bin/, lib/). The ports are chosen once and kept in
    the folder, so that a later command finds the stack again."""

    def __init__(self, folder: pathlib.Path, build: pathlib.Path):
        self.folder, self.build = folder, build
        for part in ("run", "redis"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        ports_file = folder / "ports.json"
        if not ports_file.exists():
            ports_file.write_text(json.dumps(free_ports(8)))
        ports = json.loads(ports_file.read_text())
        self.holidays = folder / "holidays.txt"
        self.processes = Processes(folder / "run")
        self.redis = Redis(self.processes, folder / "redis", ports[0])
        self.postgres = Postgres(self.processes, folder / "postgres", ports[1])
        self.rabbitmq = RabbitMQ(self.processes, folder / "rabbitmq", ports[2:5])
        self.exchange = f"http://127.0.0.1:{ports[5]}"
        self.board, self.api = f"127.0.0.1:{ports[6]}", f"127.0.0.1:{ports[7]}"
        self.services = {service.name: service for service in services()}

    # --- Up and down ---

    def up(self, say: Callable[[str], None]) -> None:
        if not self.holidays.exists():
            self.holidays.write_text("# Dates on which no data arrive, one a line.\n")

        def start(name: str, action: Callable[[], None]) -> None:
            action()
            say(f"{name} is up")

        parts: dict[str, Callable[[], None]] = {
            "PostgreSQL": self.postgres.start, "RabbitMQ": self.rabbitmq.start,
            "Redis": self.redis.start, "exchange": self.start_exchange,
        }  # fmt: skip
        with concurrent.futures.ThreadPoolExecutor() as pool:
            for done in [pool.submit(start, name, action) for name, action in parts.items()]:
                done.result()
        self.postgres.load_schema()
        for name in self.services:
            self.start_service(name)
        say(f"started {', '.join(self.services)}")
        command = [str(self.build / "bin/healthboard"), "--listen", self.board, *self.services]
        self.processes.start("healthboard", command, {"HEARTBEAT_REDIS_URL": self.redis.url})

    def start_exchange(self) -> None:
        port = self.exchange.rpartition(":")[2]
        program = str(HERE / "stand_ins/exchange.py")
        self.processes.start("exchange", [PYTHON, "-B", program, "--port", port])
        wait_for(self.exchange_state, "the exchange answers")

    def down(self) -> None:
        servers = ["healthboard", "exchange", "rabbitmq", "epmd", "postgres", "redis"]
        names = self.processes.names()
        for name in [n for n in names if n not in servers] + [n for n in servers if n in names]:
            self.processes.stop(name, signal.SIGQUIT if name == "postgres" else signal.SIGKILL)

    # --- Services ---

    def environment(self, service: Service) -> dict[str, str]:
        paths = [HERE, ROOT / "heartbeat/python", HERE / "loopback/hooks"]
        websocket = self.exchange.replace("http", "ws")
        return {
            "PYTHONPATH": ":".join(map(str, paths)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HEARTBEAT_LIBRARY": str(self.build / "lib/libheartbeat.so.0"),
            "HEARTBEAT_SERVICE": service.name,
            "HEARTBEAT_FILE": str(self.file(service.name)),
            "MARKET_HOURS": ALWAYS_OPEN,
            "HOLIDAYS_FILE": str(self.holidays),
            "REDIS_URL": self.redis.url,
            "DATABASE_URL": self.postgres.url,
            "RABBITMQ_URL": self.rabbitmq.url,
            "KITE_URL": f"{websocket}/kite?token=example",
            "DHAN_URL": f"{websocket}/dhan?token=example",
            "SLACK_URL": f"{self.exchange}/slack",
            "API_PORT": self.api.rpartition(":")[2],
            "ALERT_EVERY": "5",
            "TRADING_FAULT": str(self.fault_file(service.name)),
            **service.environment,
        }

    def file(self, name: str) -> pathlib.Path:
        return self.folder / "run" / f"{name}.json"

    def fault_file(self, name: str) -> pathlib.Path:
        return self.folder / "run" / f"{name}.fault"

    def start_service(self, name: str) -> None:
        service = self.services[name]
        self.fault_file(name).unlink(missing_ok=True)
        command = [PYTHON, "-B", str(service.program)]
        self.processes.start(name, command, self.environment(service))

    def restart_service(self, name: str) -> None:
        self.processes.stop(name)
        self.start_service(name)

    # --- Questions ---

    def probe(self, name: str, *options: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "HEARTBEAT_REDIS_URL": self.redis.url, "HEARTBEAT_FILE": str(self.file(name))}
        command = [str(self.build / "bin/healthprobe"), name, *options]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    def exchange_state(self) -> Any:
        try:
            with urllib.request.urlopen(f"{self.exchange}/control", timeout=5) as answer:
                return json.load(answer)
        except OSError:
            return None

    def control_exchange(self, name: str, mode: str) -> None:
        request = urllib.request.Request(f"{self.exchange}/control/{name}/{mode}", method="POST")
        urllib.request.urlopen(request, timeout=5).close()
