"""Which faults are made, in which order, and which rows must show them. Most of it is waiting for
limits: the stacks run at the same time, and so do the lanes of a phase, which do not touch the same
services."""

from __future__ import annotations

import dataclasses

WORKERS = ["worker-1", "worker-2", "worker-3"]
BEAT = "(beat)"  # the row of a service that does not beat any more
LONG = {"token_validity", "dhan_token", "batch_flush"}  # their windows outlast the test: a restart heals
ADDITIONS = {"main_loop", "database_connected"}

Rows = dict[str, dict[str, float]]


@dataclasses.dataclass(frozen=True)
class Step:
    fault: str
    rows: Rows  # service: row: its limit in seconds, 0 for a flag
    # row, or "service row": the seconds that something else adds to the limit, and what does
    delays: dict[str, tuple[float, str]] = dataclasses.field(default_factory=dict)
    cause: str = ""  # what a line must say, a regular expression
    restart: list[str] = dataclasses.field(default_factory=list)
    patience: float = 12  # how long the other way may take to see it too
    hold: float = 0  # seconds that it lasts at least
    also: tuple[str, ...] = ()  # services that it may touch as well

    @property
    def services(self) -> set[str]:
        return set(self.rows)

    def delay(self, service: str, row: str) -> tuple[float, str] | None:
        return self.delays.get(f"{service} {row}", self.delays.get(row))


def workers(**rows: float) -> Rows:
    return {worker: dict(rows) for worker in WORKERS}


PAUSE = 3, "the service's pause of 2 s before it reconnects"
QUERY = 9, "the query, asked every 5 s, limit 4 s"
STATEMENT = 6, "statement_timeout, 5 s"
BUFFER = 60, "the buffer, which holds a minute"

# These two take two minutes each.
NO_TICKS = [
    Step("kite:403",
         {"ingestion": {"websocket_connected": 0, "token_validity": 0, "reconnect_attempts": 0,
                        "tick_rate": 10, "ticks_received": 60}, **workers(messages_processed=120)},
         {"token_validity": PAUSE, "reconnect_attempts": (25, "ten tries, 2 s apart")},
         "Handshake status 403", restart=["ingestion"]),
]  # fmt: skip
NO_SNAPSHOTS = [
    Step("dhan:silent",
         {"depth-collector": {"snapshots_received": 10, "database_writes": 60},
          "signal-generator": {"snapshots_buffered": 0, "calculations": 60}},
         {"snapshots_buffered": BUFFER, "calculations": BUFFER}, "snapshots_received 1"),
]  # fmt: skip
TICKS = [
    Step("kite:drop", {"ingestion": {"websocket_connected": 0}}, cause="Connection to remote host was lost"),
    Step("rabbitmq:close",
         {"ingestion": {"publisher_connected": 0}, **workers(rabbitmq_connected=0, consumer_active=0)},
         {"publisher_connected": (1, "the next tick")}, "CONNECTION_FORCED"),
    Step("rabbitmq:delete-queue", workers(consumer_active=0), cause="cancelled by the broker", also=("ingestion",)),
    Step("rabbitmq:memory", {"ingestion": {"publisher_connected": 0}},
         {"publisher_connected": (9, "pika's blocked_connection_timeout, 5 s, after the broker's own look, each 2.5 s")},
         "Blocked connection timeout", patience=25),
    Step("kite:half-open", {"ingestion": {"tick_rate": 10, "ticks_received": 60}}, cause="tick_rate 0/s"),
    Step("rabbitmq:stop",
         {"ingestion": {"publisher_connected": 0}, **workers(rabbitmq_connected=0, consumer_active=0)},
         {"publisher_connected": (1, "the next tick")}, "rabbitmq_connected is false: "),
]  # fmt: skip
SNAPSHOTS = [
    Step("slack:500", {"signal-generator": {"slack_alerts": 0}},
         {"slack_alerts": (6, "the next alert, each 5 s")}, "HTTP Error 500"),
    Step("slack:hang", {"signal-generator": {"slack_alerts": 0}},
         {"slack_alerts": (11, "the next alert, each 5 s, and its time limit, 5 s")}, "timed out"),
    Step("redis:kill-pubsub", {"signal-generator": {"redis_subscribed": 0}}, cause="Connection (closed|refused)"),
    Step("dhan:drop", {"depth-collector": {"websocket_connected": 0}}, cause="no close frame"),
    Step("dhan:bids-only", {"depth-collector": {"snapshots_received": 10, "bid_ask_balance": 0}},
         {"bid_ask_balance": (11, "100 bids, 10 a second")}, "bid_ask_balance 1"),
    Step("dhan:403", {"depth-collector": {"websocket_connected": 0, "dhan_token": 0, "snapshots_received": 10}},
         {"dhan_token": PAUSE}, "HTTP 403", restart=["depth-collector"]),
    Step("dhan:half-open", {"depth-collector": {"snapshots_received": 10, "websocket_connected": 0}},
         {"websocket_connected": (11, "websockets' ping, each 5 s, and its time limit, 5 s")}, "keepalive ping timeout"),
]  # fmt: skip
DATABASE = [
    Step("postgres:terminate",
         {"depth-collector": {"database_connected": 0}, "signal-generator": {"database_connection": 0}},
         {"database_connection": (1, "the next calculation, each second")}, "terminating connection",
         also=("api", *WORKERS)),
    Step("postgres:lock",
         {"depth-collector": {"database_connected": 0}, "signal-generator": {"database_connection": 0},
          **workers(batch_flush=0)},
         {"batch_flush": (36, "five flushes of 5 s"), "database_connection": STATEMENT, "database_connected": STATEMENT},
         "canceling statement due to statement timeout", restart=WORKERS),
    Step("postgres:stop",
         {"depth-collector": {"database_connected": 0, "database_writes": 60},
          "signal-generator": {"database_connection": 0}, "api": {"database_connection": 0},
          **workers(database_connection=0, batch_flush=0)},
         {"batch_flush": (36, "five flushes that wait 5 s for the pool"), "database_connection": QUERY,
          "signal-generator database_connection": (1, "the next calculation, each second")},
         "Connection refused|failed: Conn", restart=WORKERS),
]  # fmt: skip
REDIS = [
    Step("redis:stop", {"signal-generator": {"redis_subscribed": 0}}, cause="Connection (closed|refused)", hold=5),
    Step("redis:empty", {"signal-generator": {"redis_subscribed": 0}}, cause="Connection (closed|refused)"),
]
READ_ONLY = [Step("redis:read-only", {}, hold=36)]
PROCESSES = [
    [Step("worker-1:hang", {"worker-1": {"main_loop": 30}}, cause="main_loop 3", patience=35)],
    [Step("worker-2:gil", {"worker-2": {"database_connection": 0}}, {"database_connection": QUERY},
          "the interpreter is busy", patience=8, hold=32),
     Step("worker-2:kill", {"worker-2": {BEAT: 30}}, cause="last beat|no key", patience=35)],
    [Step("worker-3:out-of-memory", {"worker-3": {BEAT: 30}}, cause="last beat|no key", patience=35)],
    [Step("depth-collector:deadlock", {"depth-collector": {"main_loop": 0, "snapshots_received": 10}},
          {"main_loop": (10, "the test on the loop, asked every 5 s, limit 5 s")}, "main_loop no answer", patience=60)],
    [Step("signal-generator:stop", {"signal-generator": {BEAT: 30}}, cause="last beat|no key", patience=35)],
    [Step("kite:silent", {"ingestion": {"tick_rate": 10, "ticks_received": 60}}, cause="tick_rate 0/s")],
]  # fmt: skip
Phases = list[list[list[Step]]]
STACKS: dict[str, Phases] = {
    "no data": [[NO_TICKS, NO_SNAPSHOTS]],
    "feeds": [[TICKS, SNAPSHOTS], PROCESSES],
    "servers": [[READ_ONLY], [DATABASE], [REDIS]],
}
STEPS = [step for phases in STACKS.values() for phase in phases for lane in phase for step in lane]
