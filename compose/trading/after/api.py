"""API: the newest signals by HTTP, and the health endpoint that it has always had."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, AsyncIterator

import psycopg
from aiohttp import web
from common import DATABASE_LIMITS, setting, words
from heartbeat import CRITICAL, Heartbeat
from psycopg_pool import AsyncConnectionPool, PoolTimeout

routes = web.RouteTableDef()


async def rows(app: web.Application, query: str) -> list[tuple[Any, ...]]:
    async with app["pool"].connection() as connection:
        result = await (await connection.execute(query)).fetchall()
        return list(result)


@routes.get("/signals")
async def signals(request: web.Request) -> web.Response:
    try:
        newest = await rows(request.app, "SELECT symbol, spread FROM signals ORDER BY at DESC LIMIT 10")
    except (psycopg.Error, PoolTimeout) as error:
        raise web.HTTPServiceUnavailable(text=words(error)) from error
    return web.json_response([{"symbol": symbol, "spread": spread} for symbol, spread in newest])


@routes.get("/health")
async def health(request: web.Request) -> web.Response:
    try:
        await rows(request.app, "SELECT 1")
    except (psycopg.Error, PoolTimeout) as error:
        return web.json_response({"status": "unhealthy", "reason": words(error)}, status=503)
    return web.json_response({"status": "healthy"})


async def pool(app: web.Application) -> AsyncIterator[None]:
    app["pool"] = AsyncConnectionPool(
        setting("DATABASE_URL"), kwargs=DATABASE_LIMITS, min_size=1, max_size=4, timeout=3,
        reconnect_timeout=5, open=False,
    )  # fmt: skip
    async with app["pool"]:
        yield


async def test_query() -> bool:
    url = setting("DATABASE_URL")
    async with await psycopg.AsyncConnection.connect(url, **DATABASE_LIMITS) as connection:
        return await (await connection.execute("SELECT 1")).fetchone() is not None


async def heartbeat(app: web.Application) -> AsyncIterator[None]:
    async with Heartbeat() as beat:
        query = beat.succeeds(test_query, every=5, limit=4, loop=asyncio.get_running_loop())
        beat.check("database_connection", CRITICAL, query)  # also while the event loop is blocked
        beat.start()
        yield


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    app = web.Application()
    app.add_routes(routes)
    app.cleanup_ctx.append(pool)
    app.cleanup_ctx.append(heartbeat)
    web.run_app(app, host=setting("API_HOST", "127.0.0.1"), port=int(setting("API_PORT", "8000")))


if __name__ == "__main__":
    main()
