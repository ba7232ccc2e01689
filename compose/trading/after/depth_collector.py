"""Depth collector: bids and asks from the exchange's WebSocket, paired into snapshots, which go
to PostgreSQL and, by Redis, to the signal generator."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
from typing import Any

import psycopg
import redis.asyncio
import websockets
from common import DATABASE_LIMITS, setting, words
from heartbeat import CRITICAL, WARNING, Heartbeat
from market import market_hours

log = logging.getLogger("depth")
CHANNEL = setting("SNAPSHOTS_CHANNEL", "market:snapshots")
PAUSE = 2.0
WEBSOCKET_LIMITS = {"open_timeout": 5, "ping_interval": 5, "ping_timeout": 5, "close_timeout": 1}
Snapshot = dict[str, Any]

beat = Heartbeat()
dhan_up, refused = beat.flag("dhan"), beat.errors("dhan_auth")
snapshots, writes = beat.activity("snapshots"), beat.activity("database_writes")
orphaned, database_up = beat.gauge("orphaned"), beat.flag("database")
beat.check("websocket_connected", CRITICAL, dhan_up.is_set())
beat.check("snapshots_received", CRITICAL, snapshots.within(10), during=market_hours())
beat.check("dhan_token", CRITICAL, refused.count(300) == 0)
beat.check("database_writes", WARNING, writes.within(60), during=market_hours())
beat.check("bid_ask_balance", WARNING, orphaned < 100)
beat.check("database_connected", WARNING, database_up.is_set())  # addition: why nothing is written


async def on_the_loop() -> bool:  # addition: fails when the event loop is blocked
    return True


class Collector:
    def __init__(self) -> None:
        self.pending: dict[int, dict[str, Any]] = {}  # half a snapshot each, oldest first
        self.unwritten: asyncio.Queue[Snapshot] = asyncio.Queue(maxsize=1000)
        self.redis: Any = redis.asyncio.from_url(setting("REDIS_URL"), socket_timeout=3)

    async def collect(self) -> None:
        while True:
            try:
                url = setting("DHAN_URL")
                async with websockets.connect(url, **WEBSOCKET_LIMITS) as dhan:
                    log.info("connected")
                    dhan_up.set(True)
                    async for message in dhan:
                        await self.on_depth(json.loads(message))
                    raise ConnectionError("closed by the exchange")
            except (OSError, asyncio.TimeoutError, websockets.WebSocketException) as error:
                log.warning("WebSocket: %s", words(error))
                dhan_up.set(False, words(error))
                if "HTTP 403" in words(error):
                    refused.mark()
            await asyncio.sleep(PAUSE)

    async def on_depth(self, depth: dict[str, Any]) -> None:
        other = self.pending.pop(depth["number"], None)
        if other is None:
            self.pending[depth["number"]] = depth
        else:
            for number in [n for n in self.pending if n < depth["number"]]:
                del self.pending[number]  # its other half will not come any more
            snapshot = {**other, **depth}
            if not self.unwritten.full():
                self.unwritten.put_nowait(snapshot)
            await self.publish(snapshot)
            snapshots.mark()
        orphaned.set(len(self.pending))

    async def write(self) -> None:
        """On its own, so that a slow database does not keep the WebSocket waiting."""
        while True:
            try:
                url = setting("DATABASE_URL")
                async with await psycopg.AsyncConnection.connect(url, autocommit=True, **DATABASE_LIMITS) as database:
                    database_up.set(True)
                    while not database.closed:
                        await self.store(database, await self.unwritten.get())
            except psycopg.Error as error:
                log.warning("database: %s", words(error))
                database_up.set(False, words(error))
            await asyncio.sleep(PAUSE)

    async def store(self, database: psycopg.AsyncConnection[Any], snapshot: Snapshot) -> None:
        try:
            row = "INSERT INTO snapshots VALUES (to_timestamp(%(at)s), %(symbol)s, %(bid)s, %(ask)s)"
            await database.execute(row, snapshot)
            writes.mark()
            database_up.set(True)
        except psycopg.Error as error:
            log.warning("write: %s", words(error))
            database_up.set(False, words(error))

    async def publish(self, snapshot: Snapshot) -> None:
        try:
            await self.redis.publish(CHANNEL, json.dumps(snapshot))
        except (redis.RedisError, OSError) as error:
            log.warning("Redis: %s", words(error))


async def main() -> None:
    logging.basicConfig(level=logging.INFO)
    loop_answers = beat.succeeds(on_the_loop, every=5, limit=5, loop=asyncio.get_running_loop())
    beat.check("main_loop", CRITICAL, loop_answers)  # addition
    beat.start()
    collector = Collector()
    work = asyncio.gather(collector.collect(), collector.write())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        log.info("stopped")


if __name__ == "__main__":
    asyncio.run(main())
