"""Answers of the server itself, where no view could give one: an error as JSON, or a closed socket."""

import json
import math

from chat.errors import ChatError, TooSlow
from chatsite.asgi_types import Scope, Send


async def refuse(scope: Scope, send: Send, error: ChatError) -> None:
    """Answer a request with an error, its body unread; close a socket, which if not open yet is HTTP 403."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1011})
        return
    body = json.dumps({"error": error.as_dict()}).encode()
    headers = {
        b"content-type": b"application/json",
        b"content-length": str(len(body)).encode(),
        b"cache-control": b"no-store",
        b"x-content-type-options": b"nosniff",
    }
    if isinstance(error, TooSlow) and scope["http_version"] in ("1.0", "1.1"):
        headers[b"connection"] = b"close"  # what comes after all is not waited for, nor is another request
    if error.retry_after is not None:
        headers[b"retry-after"] = str(max(math.ceil(error.retry_after), 1)).encode()
    await send({"type": "http.response.start", "status": error.status, "headers": list(headers.items())})
    await send({"type": "http.response.body", "body": body})
