"""The headers of answers that clients may rely on."""

from typing import Any

from chat.api.description.values import COUNT, ID, TEXT

HEADERS: dict[str, dict[str, Any]] = {
    "X-Conversation-Id": {"description": "The conversation that the reply stands in.", "schema": ID},
    "X-Message-Id": {"description": "The reply's message id.", "schema": ID},
    "X-RateLimit-Limit": {
        "description": "Requests that the caller may make in a minute; absent where nothing limits them.",
        "schema": COUNT,
    },
    "X-RateLimit-Remaining": {"description": "How many of them are left.", "schema": COUNT},
    "X-RateLimit-Reset": {"description": "Seconds until all of them are there again.", "schema": COUNT},
    "Retry-After": {
        "description": "Seconds after which the same call may succeed.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "Retry-After-Ms": {
        "description": "The same in milliseconds.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "X-Request-Id": {
        "description": "By which the server's log knows this request: tell it to whoever runs the site.",
        "schema": TEXT,
    },
    "X-Should-Retry": {
        "description": "`false`: the same call fails again, so the SDKs need not try.",
        "schema": {"const": "false"},
    },
    "WWW-Authenticate": {
        "description": "How to sign in; where a key has not the scope, which one it needs (RFC 6750).",
        "schema": {**TEXT, "pattern": "^Bearer"},
    },
    "Cache-Control": {"description": "Streams are neither kept nor changed on the way.", "schema": TEXT},
    "X-Accel-Buffering": {"description": "`no`: proxies pass it on as it comes.", "schema": TEXT},
    "Content-Disposition": {"description": "The name of the file.", "schema": TEXT},
    "X-Deleted-Count": {
        "description": "How many messages are gone: the one and all below it.",
        "schema": {"type": "integer", "minimum": 1},
    },
}
OF_EVERY_ANSWER = ("X-Request-Id",)
OF_ALL = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
"""Of every answer to a caller who is known."""
OF_OPENAI = tuple(
    f"X-RateLimit-{part}-{what}"
    for what in ("Requests", "Tokens")
    for part in ("Limit", "Remaining", "Reset")
)
"""Of every answer under `/v1`, as OpenAI's clients read them."""
HEADERS |= {
    name: {
        "description": "As OpenAI's clients read what is left of the caller's limits; absent: no limit.",
        "schema": {**TEXT, "pattern": "s$"} if "Reset" in name else COUNT,
    }
    for name in OF_OPENAI
}
OF_REPLIES = ("X-Conversation-Id!", "X-Message-Id!")
OF_STREAMS = ("Cache-Control!", "X-Accel-Buffering!")
OF_ERRORS = {
    "401": ("WWW-Authenticate!",),
    "403": ("WWW-Authenticate",),
    "429": ("Retry-After!", "Retry-After-Ms!", "X-Should-Retry", "X-Message-Id"),
    "502": ("X-Message-Id", "X-Should-Retry"),
    "503": ("Retry-After!", "Retry-After-Ms!", "X-Message-Id"),
    "504": ("X-Message-Id",),
}
