import asyncio
import contextlib
import os

from fastapi import FastAPI
from heartbeat import CRITICAL, Heartbeat

from app import test_query

@contextlib.asynccontextmanager
async def lifespan(app):
    loop = asyncio.get_running_loop()  # the check also fails while this loop is blocked
    async with Heartbeat(service="web", instance=f"%h-{os.getpid()}") as beat:
        beat.check("database_connection", CRITICAL, beat.succeeds(test_query, every=10, limit=5, loop=loop))
        beat.start()
        yield

app = FastAPI(lifespan=lifespan)
