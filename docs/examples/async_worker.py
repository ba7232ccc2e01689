"""A test that is awaited on the service's own event loop."""

import asyncio
import os

import asyncpg
from heartbeat import CRITICAL, Heartbeat

dsn = os.environ.get("DATABASE_URL", "")
beat = Heartbeat()


async def main():
    pool = await asyncpg.create_pool(dsn)

    async def test_query():
        return await pool.fetchval("SELECT 1") == 1

    beat.check("database_connection", CRITICAL, beat.succeeds(test_query, loop=asyncio.get_running_loop()))
    beat.start()
    await asyncio.Event().wait()  # the service's work


asyncio.run(main())
