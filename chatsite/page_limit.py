"""How many pages are made at once: each costs a thread, a database connection and descriptors.

For the handler of the pages only; streams and sockets cost memory, and are not counted here.
"""

import asyncio

from django.core.exceptions import RequestAborted

from chat.errors import TooLarge, TooSlow, Unavailable
from chatsite.asgi_types import App, Message, Receive, Scope, Send
from chatsite.refusals import refuse
from chatsite.request_bodies import disconnect, whole_body

PLACES = 40
PATIENCE_SECONDS = 10.0
"""How long a request waits for a place: about as long as somebody looks at an empty page."""
COME_BACK_SECONDS = 5.0


class PageLimit:
    """Lets so many in; the others wait their turn, but not for ever."""

    def __init__(self, app: App, places: int = PLACES, patience: float = PATIENCE_SECONDS) -> None:
        self.app = app
        self._places = asyncio.Semaphore(places)
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            # Before it has a place: a client that sends slowly would hold one all that time.
            body = await whole_body(scope, receive)
        except RequestAborted:
            return
        except TooSlow as error:
            await refuse(scope, send, error)
            return
        if body is None:
            await refuse(scope, send, TooLarge("The body is over the limit."))
            return
        leaving = asyncio.create_task(disconnect(receive))
        try:
            async with asyncio.timeout(self._patience) as patience, self._places:
                patience.reschedule(None)  # how long the page itself takes is another matter
                # Who went while waiting passes the place on.
                if not leaving.done():
                    await self.app(scope, _already_read(body, leaving), send)
        except TimeoutError:
            if not patience.expired():
                raise
            await refuse(scope, send, Unavailable("The server is busy.", retry_after=COME_BACK_SECONDS))
        finally:
            leaving.cancel()


def _already_read(body: bytes, leaving: asyncio.Task[None]) -> Receive:
    """What is left to receive: the body in one piece, then nothing until the client goes."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if messages:
            return messages.pop()
        # Not awaited itself: whoever stops listening would stop it.
        await asyncio.wait({leaving})
        # Where the server ends no client has gone: Django would raise that in a task that nobody awaits.
        leaving.result()
        return {"type": "http.disconnect"}

    return receive
