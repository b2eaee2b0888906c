"""The last guard: no exception leaves the application.

Daphne answers one with an error page, also where a response has long begun; its attempt then raises
in the loop that cleans up after all connections, and ends that loop for good.
"""

import logging

from chat.errors import ChatError
from chatsite.asgi_types import App, Message, Receive, Scope, Send
from chatsite.refusals import refuse

logger = logging.getLogger(__name__)


class NoLateErrors:
    """Logs what escaped, and ends the response or the socket in order."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        last: str | None = None

        async def noting(message: Message) -> None:
            nonlocal last
            await send(message)
            last = message["type"] if not message.get("more_body") else "http.response.more"

        try:
            await self.app(scope, receive, noting)
        except Exception:
            logger.exception("%s %s ended in an error", scope["type"], scope["path"])
            if last is None or last.startswith("websocket"):
                await refuse(scope, send, ChatError("The server failed. It is in its log."))
            elif last != "http.response.body":
                await send({"type": "http.response.body"})
