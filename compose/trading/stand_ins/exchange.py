"""Stand-in for the exchange (two WebSockets) and for Slack (a webhook), which break on command:

    curl -X POST http://127.0.0.1:8200/control/kite/403

    kite, dhan   ok | 403 | silent | half-open | drop | bids-only (dhan)
    slack        ok | 500 | hang

`drop` ends the connections and lets them come again. A connection that is `half-open` takes nothing
any more, not even TCP's acknowledgements, as if the cable were cut.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
import json
import random
import socket
import struct
import time
from typing import Any, AsyncIterator

from aiohttp import web

MODES = {
    "kite": ["ok", "403", "silent", "half-open", "drop"],
    "dhan": ["ok", "403", "silent", "half-open", "drop", "bids-only"],
    "slack": ["ok", "500", "hang"],
}
SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27
mode = {name: "ok" for name in MODES}
open_connections: dict[str, list[web.Request]] = {"kite": [], "dhan": []}
alerts: list[Any] = []


def cut(connection: Any, cut_off: bool) -> None:
    """Has the kernel drop every packet that comes in for a connection, by a filter of one
    instruction: accept 0 bytes."""
    if not cut_off:
        with contextlib.suppress(OSError):  # it had none
            connection.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
        return
    instruction = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    program = struct.pack("HxxxxxxP", 1, ctypes.addressof(instruction))
    connection.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


async def ticks() -> AsyncIterator[dict[str, Any]]:
    price = 100.0
    while True:
        price += random.uniform(-0.1, 0.1)
        yield {"at": time.time(), "symbol": "NIFTY", "price": price}
        await asyncio.sleep(0.1)


async def depth() -> AsyncIterator[dict[str, Any]]:
    number = int(time.time() * 1000)  # goes on rising over connections
    while True:
        number += 1
        yield {"number": number, "at": time.time(), "symbol": "NIFTY", "bid": 99 + random.random()}
        if mode["dhan"] != "bids-only":
            yield {"number": number, "ask": 101 + random.random()}
        await asyncio.sleep(0.1)


async def hear(socket: web.WebSocketResponse) -> None:
    async for _ in socket:  # so that pings are answered
        pass


async def feed(request: web.Request) -> web.StreamResponse:
    name = request.path.strip("/")
    if mode[name] == "403":
        return web.Response(status=403)
    while mode[name] == "half-open":
        await asyncio.sleep(0.1)
    answer = web.WebSocketResponse()
    await answer.prepare(request)
    open_connections[name].append(request)
    hears = asyncio.ensure_future(hear(answer))
    try:
        async for message in ticks() if name == "kite" else depth():
            if hears.done():
                break
            if mode[name] not in ("silent", "half-open"):
                await answer.send_json(message)
    finally:
        hears.cancel()
        open_connections[name].remove(request)
    return answer


async def slack(request: web.Request) -> web.Response:
    while mode["slack"] == "hang":
        await asyncio.sleep(0.1)
    if mode["slack"] == "500":
        return web.Response(status=500)
    alerts.append(await request.json())
    return web.Response(text="ok")


async def control(request: web.Request) -> web.Response:
    name, wanted = request.match_info["name"], request.match_info["mode"]
    if wanted not in MODES.get(name, []):
        return web.Response(status=404, text=f"there are: {json.dumps(MODES)}\n")
    for connection in list(open_connections.get(name, ())):
        transport = connection.transport
        if transport is not None:
            cut(transport.get_extra_info("socket"), wanted == "half-open")
            if wanted in ("403", "drop"):
                transport.abort()
    mode[name] = "ok" if wanted == "drop" else wanted
    return web.Response(text=f"{name} {wanted}\n")


async def state(request: web.Request) -> web.Response:
    open_now = {name: len(connections) for name, connections in open_connections.items()}
    return web.json_response({"mode": mode, "open": open_now, "alerts": len(alerts)})


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=8200)
    options = arguments.parse_args()
    app = web.Application()
    app.add_routes([
        web.get("/kite", feed), web.get("/dhan", feed), web.post("/slack", slack),
        web.post("/control/{name}/{mode}", control), web.get("/control", state),
    ])  # fmt: skip
    web.run_app(app, host=options.host, port=options.port, access_log=None)


if __name__ == "__main__":
    main()
