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

log = logging.getLogger("depth")
CHANNEL = setting("SNAPSHOTS_CHANNEL", "market:snapshots")
PAUSE = 2.0
WEBSOCKET_LIMITS = {"open_timeout": 5, "ping_interval": 5, "ping_timeout": 5, "close_timeout": 1}
Snapshot = dict[str, Any]


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
                    async for message in dhan:
                        await self.on_depth(json.loads(message))
                    raise ConnectionError("closed by the exchange")
            except (OSError, asyncio.TimeoutError, websockets.WebSocketException) as error:
                log.warning("WebSocket: %s", words(error))
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

    async def write(self) -> None:
        """On its own, so that a slow database does not keep the WebSocket waiting."""
        while True:
            try:
                url = setting("DATABASE_URL")
                async with await psycopg.AsyncConnection.connect(url, autocommit=True, **DATABASE_LIMITS) as database:
                    while not database.closed:
                        await self.store(database, await self.unwritten.get())
            except psycopg.Error as error:
                log.warning("database: %s", words(error))
            await asyncio.sleep(PAUSE)

    async def store(self, database: psycopg.AsyncConnection[Any], snapshot: Snapshot) -> None:
        try:
            row = "INSERT INTO snapshots VALUES (to_timestamp(%(at)s), %(symbol)s, %(bid)s, %(ask)s)"
            await database.execute(row, snapshot)
        except psycopg.Error as error:
            log.warning("write: %s", words(error))

    async def publish(self, snapshot: Snapshot) -> None:
        try:
            await self.redis.publish(CHANNEL, json.dumps(snapshot))
        except (redis.RedisError, OSError) as error:
            log.warning("Redis: %s", words(error))


async def main() -> None:
    logging.basicConfig(level=logging.INFO)
    collector = Collector()
    work = asyncio.gather(collector.collect(), collector.write())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        log.info("stopped")


if __name__ == "__main__":
    asyncio.run(main())
