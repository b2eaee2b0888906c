"""The least that a relay in Python can be: an ASGI application that parses nothing and saves nothing.

A yardstick of the suite, served by uvicorn; `UPSTREAM` is the model's base URL.
"""

import asyncio
import os
from typing import Any

import aiohttp

UPSTREAM = os.environ.get("UPSTREAM", "")
_session: aiohttp.ClientSession | None = None


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    body = b""
    while (message := await receive()).get("more_body"):
        body += message["body"]
    body += message["body"]
    assert _session is not None
    headers = {"Content-Type": "application/json"}
    async with _session.post(f"{UPSTREAM}/chat/completions", data=body, headers=headers) as answer:
        content_type = answer.headers["Content-Type"].encode()
        await send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": [(b"content-type", content_type)],
            }
        )
        gone = asyncio.ensure_future(receive())  # nothing more comes from a client but its end
        async for piece in answer.content.iter_any():
            if gone.done():
                return
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        gone.cancel()
    await send({"type": "http.response.body", "body": b""})


async def _lifespan(receive: Any, send: Any) -> None:
    global _session
    await receive()
    _session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await _session.close()
    await send({"type": "lifespan.shutdown.complete"})
