"""A server process for `test_on_daphne.py`: closes as the path says, floods and tells what it sent, or waits.

Under `/wait/` it does not look at its socket until a line comes in on stdin.
"""

import asyncio
import sys
from typing import Any

from daphne.server import Server

from chatsite import daphne_sockets

FLOOD = 2_000
"""Frames of 16 KiB, 32 MB in all: far more than the kernel's buffers hold."""


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    if scope["path"].startswith("/close/"):
        await send({"type": "websocket.close", "code": int(scope["path"].removeprefix("/close/"))})
        await receive()
        return
    if scope["path"] == "/receive":
        await receive()
        await send({"type": "websocket.close", "code": 1000})
        return
    if scope["path"].startswith("/wait/"):
        await asyncio.to_thread(sys.stdin.readline)
        if scope["path"] == "/wait/close":
            await send({"type": "websocket.close", "code": 1000})
        taken = 0
        while (await receive())["type"] == "websocket.receive":
            taken += 1
        print("taken", taken, flush=True)
        return
    for number in range(FLOOD):
        await send({"type": "websocket.send", "text": "x" * 16384})
        print("sent", number, flush=True)
    await receive()


if __name__ == "__main__":
    daphne_sockets.install()
    server = Server(application, endpoints=["tcp:port=0:interface=127.0.0.1"])
    server.ready_callable = lambda: print("ready", flush=True)
    server.listen_success = lambda port: print("port", port.getHost().port, flush=True)
    server.run()
    sys.exit(0)
