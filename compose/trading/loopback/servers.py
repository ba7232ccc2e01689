"""RabbitMQ, PostgreSQL and Redis as private processes on loopback, from Debian's packages. The
system's own services, their data and their ports are not touched."""

from __future__ import annotations

import glob
import os
import pathlib
import shutil
import signal
import subprocess
from typing import Any

from processes import Processes, wait_for

HERE = pathlib.Path(__file__).resolve().parent.parent


class Redis:
    def __init__(self, processes: Processes, folder: pathlib.Path, port: int):
        self.processes, self.folder, self.port = processes, folder, port
        self.url = f"redis://127.0.0.1:{port}/0"

    def start(self) -> None:
        port, folder = str(self.port), str(self.folder)
        command = ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        self.processes.start("redis", command)
        wait_for(lambda: "PONG" in self.command("ping"), "Redis answers")

    def stop(self) -> None:
        self.processes.stop("redis")

    def command(self, *words: str) -> str:
        answer = subprocess.run(["redis-cli", "-p", str(self.port), *words], capture_output=True, text=True)
        return answer.stdout


class Postgres:
    """Refuses root: as root it runs as the user `postgres` that its package has made."""

    def __init__(self, processes: Processes, folder: pathlib.Path, port: int):
        self.processes, self.folder, self.port = processes, folder, port
        self.url = f"postgresql://trading@127.0.0.1:{port}/postgres"
        self.user = "postgres" if os.geteuid() == 0 else ""
        self.bin = max(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))

    def start(self) -> None:
        data = self.folder / "data"
        if not data.exists():
            self.folder.mkdir(exist_ok=True)
            if self.user:
                shutil.chown(self.folder, self.user, self.user)
            command = [f"{self.bin}/initdb", "-D", str(data), "-U", "trading", "-A", "trust", "-N", "-E", "UTF8"]
            self.processes.start("initdb", command, {"LC_ALL": "C.UTF-8"}, self.user)
            wait_for(lambda: self.processes.pid("initdb") is None, "initdb ends")
        (data / "postmaster.pid").unlink(missing_ok=True)  # ours has been stopped
        settings = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "",
                    "fsync": "off", "shared_buffers": "16MB", "max_connections": 60}  # fmt: skip
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.processes.start("postgres", [f"{self.bin}/postgres", "-D", str(data), *options], user=self.user)
        wait_for(lambda: self.sql("SELECT 1"), "PostgreSQL answers")

    def stop(self) -> None:
        self.processes.stop("postgres", signal.SIGQUIT)

    def client(self, *words: str) -> list[str]:
        return [f"{self.bin}/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.url, *words]

    def sql(self, text: str) -> str:
        return subprocess.run(self.client("-c", text), capture_output=True, text=True).stdout.strip()

    def load_schema(self) -> None:
        subprocess.run(self.client("-f", str(HERE / "schema.sql")), check=True)


class RabbitMQ:
    """Debian's wrapper in /usr/sbin serves only the system's broker: this is the program behind it,
    with its own node name, cookie, epmd and folders."""

    def __init__(self, processes: Processes, folder: pathlib.Path, ports: list[int]):
        self.processes, self.folder, (self.port, distribution, epmd) = processes, folder, ports
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}/%2F"
        self.epmd_port = str(epmd)
        self.environment = {
            "HOME": str(folder),  # the cookie
            "RABBITMQ_NODENAME": "trading@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(distribution),
            "ERL_EPMD_PORT": self.epmd_port,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
            "RABBITMQ_CTL_ERL_ARGS": "+S 1:1 +sbwt none",
            "LC_ALL": "C.UTF-8",
        }

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / "rabbitmq.conf").write_text("vm_memory_high_watermark.relative = 0.4\ndisk_free_limit.absolute = 10MB\n")
        (self.folder / "plugins").write_text("[].\n")
        self.processes.start("epmd", ["epmd", "-address", "127.0.0.1", "-port", self.epmd_port])
        self.processes.start("rabbitmq", ["/usr/lib/rabbitmq/bin/rabbitmq-server"], self.environment)
        wait_for(lambda: self.ctl("await_startup", "--timeout", "30").returncode == 0, "RabbitMQ is up", 90)

    def stop(self) -> None:
        self.processes.stop("rabbitmq")
        self.processes.stop("epmd")

    def ctl(self, *words: str) -> subprocess.CompletedProcess[Any]:
        command = ["/usr/lib/rabbitmq/bin/rabbitmqctl", "-q", *words]
        return subprocess.run(command, env={**os.environ, **self.environment}, cwd="/", capture_output=True)
