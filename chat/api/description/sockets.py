"""The WebSocket as one AsyncAPI 3.0 document, from the server's view: it receives what clients send."""

from functools import cache
from typing import Any

from chat.api.description.frames import FROM_CLIENT, FROM_SERVER, ClientFrame, ServerFrame, frame_schemas
from chat.api.description.values import TEXT, as_json, ref
from chat.scopes import SCOPES

CLOSE_CODES = {
    1009: ("A frame over 1 MiB.", "Send less at once."),
    1011: ("The server failed; it is in its log.", "Connect again in a while, and `follow`."),
    1012: ("The server restarts.", "Connect again and `follow`."),
    1013: ("The server cannot reach its database.", "Connect again in a while and `follow`."),
    4401: (
        "No credentials, bad ones, or ones that were revoked while the socket was open.",
        "Sign in, or use another key.",
    ),
    4403: ("The page's origin may not.", "Its origin has to be in `CHAT_CORS_ORIGINS`."),
    4429: ("Too many sockets of this user.", "Close one: a socket carries many replies."),
}
"""Why the server closes a socket, and what to do then."""

WAYS_IN = {
    "session": (
        "A page of the site: the session cookie is enough; the browser's `Origin` must be the site's own.",
        {"type": "httpApiKey", "in": "cookie", "name": "sessionid"},
    ),
    "key": (
        "A program: the header `Authorization: Bearer <API key>`.",
        {"type": "http", "scheme": "bearer"},
    ),
    "subprotocol": (
        "A page of the site or of `CHAT_CORS_ORIGINS`, with a key: subprotocols `chat.v1`, `bearer.<key>`.",
        {"type": "httpApiKey", "in": "header", "name": "Sec-WebSocket-Protocol"},
    ),
}
"""How to open a socket. Where a key is sent it alone decides."""

_ABOUT = """\
Any number of replies over one socket, with the events of the HTTP API (`/api/v1/openapi.json`). Frames are
JSON texts, one object each, at most 1 MiB. Types and fields of a client's frame that are not described here
are refused with an `error`, which never closes the socket; of the server's ignore what you do not know.

A key needs the scope that an operation names (`x-scopes`); without it the frame is an `error`.

One rule for the text: cut what you have to a delta's `offset`, append its `text`, at `end` cut to `length`.
"""
_CHANNEL = "#/channels/chat"


@cache
def document() -> dict[str, Any]:
    """The whole description. It never changes while the process runs."""
    messages = {frame.type: _client_message(frame) for frame in FROM_CLIENT}
    messages |= {frame.type: _server_message(frame) for frame in FROM_SERVER}
    codes = "\n".join(f"- {code}: {why} {what}" for code, (why, what) in CLOSE_CODES.items())
    described = {
        "asyncapi": "3.0.0",
        "info": {"title": "Chat WebSocket", "version": "1", "description": _ABOUT},
        "defaultContentType": "application/json",
        "servers": {
            name: {
                "host": "{host}",
                "protocol": protocol,
                "variables": {"host": {"default": "127.0.0.1:8000", "description": "This server."}},
                "security": [{"$ref": f"#/components/securitySchemes/{way}"} for way in WAYS_IN],
            }
            for name, protocol in (("plain", "ws"), ("encrypted", "wss"))
        },
        "channels": {
            "chat": {
                "address": "/ws/chat/",
                "title": "The socket",
                "description": "A refused socket opens first and is then closed, so that a page can see why. "
                f"The server closes with:\n{codes}",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {"ws": {"method": "GET", "query": _QUERY, "bindingVersion": "0.1.0"}},
                "x-close-codes": {str(code): " ".join(said) for code, said in CLOSE_CODES.items()},
            }
        },
        "operations": {frame.type: _receiving(frame) for frame in FROM_CLIENT} | {"tell": _TELLING},
        "components": {
            "messages": messages,
            "schemas": frame_schemas(),
            "securitySchemes": {
                name: {**scheme, "description": text} for name, (text, scheme) in WAYS_IN.items()
            },
        },
    }
    return as_json(described)


_QUERY = {
    "type": "object",
    "properties": {
        "page_of": {
            **TEXT,
            "description": "A user's id: refused where the session cookie is another user's by now.",
        }
    },
}
_TELLING: dict[str, Any] = {
    "action": "send",
    "title": "What the server tells",
    "summary": "Answers to frames, the events of the replies that are followed, and news.",
    "channel": {"$ref": _CHANNEL},
    "messages": [{"$ref": f"{_CHANNEL}/messages/{frame.type}"} for frame in FROM_SERVER],
}


def _receiving(frame: ClientFrame) -> dict[str, Any]:
    described: dict[str, Any] = {
        "action": "receive",
        "title": frame.summary,
        "channel": {"$ref": _CHANNEL},
        "messages": [{"$ref": f"{_CHANNEL}/messages/{frame.type}"}],
        "reply": {
            "channel": {"$ref": _CHANNEL},
            "messages": [{"$ref": f"{_CHANNEL}/messages/{kind}"} for kind in frame.answers],
        },
    }
    if frame.text:
        described["description"] = frame.text
    if frame.scopes != SCOPES:
        described["x-scopes"] = frame.scopes
    if frame.effect:
        described["x-effect"] = frame.effect
    return described


def _client_message(frame: ClientFrame) -> dict[str, Any]:
    examples = [{"name": name.replace(" ", "-"), "payload": value} for name, value in frame.examples.items()]
    return _message(frame.type, frame.summary, frame.schema_name, examples)


def _server_message(frame: ServerFrame) -> dict[str, Any]:
    examples = [{"payload": value} for value in frame.examples]
    return _message(frame.type, frame.summary, frame.schema_name, examples)


def _message(kind: str, summary: str, schema: str, examples: list[dict[str, Any]]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": kind,
        "title": kind,
        "summary": summary,
        "payload": ref(schema),
        "examples": examples,
    }
    if schema.endswith("Frame") and schema not in ("PongFrame", "PingFrame"):
        described["correlationId"] = {"location": "$message.payload#/ref"}
    return described
