"""What a line of the log is about: the request, and the reply. Carried by contexts, and so by every task."""

from contextvars import ContextVar

REQUEST: ContextVar[str | None] = ContextVar("request", default=None)
"""The id that its answer carries as `X-Request-Id`. What the request set going, a reply too, keeps it."""
REPLY: ContextVar[str | None] = ContextVar("reply", default=None)
