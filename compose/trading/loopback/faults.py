"""What can be broken, and how each is mended. A fault without a `heal` is over at once."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import signal
from typing import Callable

from processes import wait_for
from stack import Stack

LOCK_NAME = "the-lock"
CGROUPS = pathlib.Path("/sys/fs/cgroup")
MEMORY = 100 << 20


@dataclasses.dataclass(frozen=True)
class Fault:
    words: str
    break_: Callable[[], object]
    heal: Callable[[], object] | None = None


def faults(stack: Stack) -> dict[str, Fault]:
    return {**of_exchange(stack), **of_servers(stack), **of_processes(stack)}


def of_exchange(stack: Stack) -> dict[str, Fault]:
    modes = {
        "kite:403": "the token has expired: connections end, 403 on reconnect",
        "kite:silent": "a WebSocket that is silent while open",
        "kite:half-open": "half-open TCP: no packet arrives any more",
        "kite:drop": "the exchange drops its connections once",
        "dhan:403": "the token has expired: connections end, 403 on reconnect",
        "dhan:silent": "a WebSocket that is silent while open",
        "dhan:half-open": "half-open TCP: no packet arrives any more",
        "dhan:drop": "the exchange drops its connections once",
        "dhan:bids-only": "the exchange sends bids and no asks",
        "slack:500": "Slack answers 500",
        "slack:hang": "Slack takes the alert and never answers",
    }

    def fault(name: str, words: str) -> Fault:
        part, _, mode = name.partition(":")
        heal = None if mode == "drop" else lambda: stack.control_exchange(part, "ok")
        return Fault(words, lambda: stack.control_exchange(part, mode), heal)

    return {name: fault(name, words) for name, words in modes.items()}


def of_servers(stack: Stack) -> dict[str, Fault]:
    rabbitmq, postgres, redis = stack.rabbitmq, stack.postgres, stack.redis
    queues = sorted({s.environment.get("TICKS_QUEUE", "ticks") for s in stack.services.values()})

    def lock() -> None:
        text = "BEGIN; LOCK TABLE ticks, snapshots, signals; SELECT pg_sleep(3600)"
        command = postgres.client("-c", f"SET application_name = '{LOCK_NAME}'", "-c", text)
        stack.processes.start("lock", command)
        locked = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'signals'::regclass"
        wait_for(lambda: postgres.sql(locked) == "1", "the tables are locked")

    def unlock() -> None:
        postgres.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{LOCK_NAME}'")
        stack.processes.stop("lock")

    def restart_empty() -> None:
        redis.stop()
        redis.start()

    return {
        "rabbitmq:stop": Fault("the broker stops", lambda: rabbitmq.ctl("stop_app"), lambda: rabbitmq.ctl("start_app")),
        "rabbitmq:close": Fault("rabbitmqctl close_all_connections", lambda: rabbitmq.ctl("close_all_connections", "maintenance")),
        "rabbitmq:delete-queue": Fault("the queue is deleted under its consumers", lambda: [rabbitmq.ctl("delete_queue", q) for q in queues]),
        "rabbitmq:memory": Fault(
            "the broker's memory alarm", lambda: rabbitmq.ctl("set_vm_memory_high_watermark", "absolute", "1MB"),
            lambda: rabbitmq.ctl("set_vm_memory_high_watermark", "0.4")),
        "postgres:stop": Fault("the database stops", postgres.stop, postgres.start),
        "postgres:terminate": Fault("pg_terminate_backend of all connections", lambda: postgres.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'trading' AND pid <> pg_backend_pid()")),
        "postgres:lock": Fault("LOCK TABLE on all tables", lock, unlock),
        "redis:stop": Fault("Redis stops", redis.stop, redis.start),
        "redis:empty": Fault("Redis is killed and comes back empty", restart_empty),
        "redis:read-only": Fault("Redis refuses writes: a replica without a master",
            lambda: redis.command("replicaof", "127.0.0.1", "1"), lambda: redis.command("replicaof", "no", "one")),
        "redis:kill-pubsub": Fault("CLIENT KILL TYPE pubsub", lambda: redis.command("client", "kill", "type", "pubsub")),
    }  # fmt: skip


def of_processes(stack: Stack) -> dict[str, Fault]:
    processes = stack.processes

    def inside(name: str, kind: str) -> None:
        """Makes the main thread fail (hooks/sitecustomize.py)."""
        pid = processes.pid(name)
        stack.fault_file(name).write_text(kind)
        if pid is not None:
            os.kill(pid, signal.SIGUSR1)

    def out_of_memory(name: str) -> None:
        group = cgroup()
        try:
            (group / "cgroup.procs").write_text(str(processes.pid(name)))
            inside(name, "leak")
            wait_for(lambda: processes.pid(name) is None, f"the kernel kills {name}", 20)
        finally:
            group.rmdir()

    def of(name: str) -> dict[str, Fault]:
        restart = lambda: stack.restart_service(name)  # noqa: E731
        return {
            f"{name}:hang": Fault("the main loop hangs", lambda: inside(name, "hang"), lambda: stack.fault_file(name).unlink(True)),
            f"{name}:deadlock": Fault("the main thread waits for a lock that it holds", lambda: inside(name, "deadlock"), restart),
            f"{name}:gil": Fault("an extension keeps the interpreter lock for 30 s", lambda: inside(name, "gil"), None),
            f"{name}:stop": Fault("SIGSTOP", lambda: processes.send(name, signal.SIGSTOP), lambda: processes.send(name, signal.SIGCONT)),
            f"{name}:kill": Fault("SIGKILL", lambda: processes.stop(name), restart),
            f"{name}:out-of-memory": Fault("the kernel kills it in a cgroup of 100 MB", lambda: out_of_memory(name), restart),
        }  # fmt: skip

    return {key: fault for name in stack.services for key, fault in of(name).items()}


def cgroup() -> pathlib.Path:
    """A new cgroup with little memory. OSError where there can be none: it wants root, and cgroups that
    can be written."""
    version_1 = CGROUPS / "memory"
    group = (version_1 if version_1.is_dir() else CGROUPS) / f"healthprobe-trading-{os.getpid()}"
    group.mkdir(exist_ok=True)
    limit = group / ("memory.limit_in_bytes" if version_1.is_dir() else "memory.max")
    limit.write_text(str(MEMORY))
    return group
