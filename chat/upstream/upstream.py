"""Everything behind `chat.upstream`: the connections of this process, kept as the database has them.

One per event loop. Neither a completion nor the list of models ever waits for the database or for a listing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from django.db import Error as DatabaseError

from chat.chunks import Opened, Take, nobody_hangs_up
from chat.database import reading
from chat.errors import Unavailable
from chat.upstream import connections, context
from chat.upstream.call import Call, ModelInfo
from chat.upstream.catalogue import Catalogue, Listed
from chat.upstream.client import Client
from chat.upstream.closing import closed
from chat.upstream.connections import ConnectionSettings
from chat.upstream.listing import keep_listing
from chat.upstream.provider import Provider
from chat.upstream.request import request_of
from chat.upstream.stream import stream
from chat.upstream.title import make_title

logger = logging.getLogger(__name__)

RELOAD_SECONDS = 5.0
"""How soon a change that another process saved is seen here."""
FIRST_LISTING_SECONDS = 3.0
"""After a start requests wait so long for the first listings; from then on nothing waits for one."""

ReadConnections = Callable[[], Awaitable[Sequence[ConnectionSettings]]]


class Upstream:
    """The models' providers. `read_connections` tells them as they are now; it is asked every few seconds."""

    def __init__(self, read_connections: ReadConnections | None = None) -> None:
        self._read_connections = read_connections or partial(reading, connections.read_connections)
        self._settings: tuple[ConnectionSettings, ...] = ()
        self._providers: dict[str, Provider] = {}
        self._listings: dict[str, Sequence[Listed] | None] = {}
        """What each connection lists; None: it could not say. Without an entry it was not heard yet."""
        self._retired: set[Client] = set()
        """Clients that were replaced while calls used them."""
        self._catalogue = Catalogue((), {})
        self._heard = asyncio.Event()
        self._patient_until = 0.0
        self._changed = asyncio.Event()
        self._listeners: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._forget: Callable[[], object] = lambda: None

    async def start(self) -> None:
        """Read the connections and begin to keep them. No provider is waited for."""
        loop = asyncio.get_running_loop()
        self._forget = connections.on_change(partial(_tell, loop, self._changed))
        await self._reload()
        self._patient_until = loop.time() + FIRST_LISTING_SECONDS
        self._run(self._keep_reloading())

    async def close(self) -> None:
        """End everything, with the connections to providers that are still open."""
        self._forget()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        clients = [*(provider.client for provider in self._providers.values()), *self._retired]
        await asyncio.gather(*(closed(client.close()) for client in clients))

    async def ask(self, call: Call, take: Take, opened: Opened = nobody_hangs_up) -> None:
        """One completion, to its end; `take` is handed its chunks, a list for each read.

        Raises `UpstreamError` and `UpstreamTimeout`, and whatever `take` raises; being cancelled, it has
        closed the provider's connection.
        """
        found = self._catalogue.find(call.model)
        provider = self._providers[found.connection]
        messages, notices = _as_sent(call, found.info.context_length)
        request = request_of(found.upstream_id, messages, call.params, verbatim=call.verbatim)
        await stream(provider, request, call.user, notices, take, opened)

    async def title(self, model: str, question: str, user: str) -> str:
        """A title for a conversation that begins with this question; nothing where none could be made."""
        found = self._catalogue.find(model)
        return await make_title(self._providers[found.connection], found.upstream_id, question, user)

    def models(self, group_ids: Collection[int]) -> list[ModelInfo]:
        """The models that somebody in these groups may use, from memory."""
        return self._catalogue.models(group_ids)

    async def ready(self) -> None:
        """Wait until every connection was heard, but no longer than the first seconds after the start.

        It is called before `choose`, which can then be called from any thread.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._patient_until):
                while self._awaited():
                    self._heard.clear()
                    await self._heard.wait()

    def choose(self, model: str, group_ids: Collection[int], params: Mapping[str, Any]) -> ModelInfo:
        """The model of this id, the default one for an empty id, if it may be used with these parameters.

        Raises `BadRequest`; `Unavailable` where there is no model at all.
        """
        info = self._catalogue.choose(model, group_ids)
        info.refuse_params(params)
        return info

    def _awaited(self) -> bool:
        """Whether a connection may still say which models it has."""
        return any(
            settings.listed is None and settings.name not in self._listings for settings in self._settings
        )

    # Kept as the database has them

    async def _keep_reloading(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(RELOAD_SECONDS):
                    await self._changed.wait()
            self._changed.clear()
            await self._reload()

    async def _reload(self) -> None:
        try:
            settings = tuple(await self._read_connections())
        except (DatabaseError, Unavailable):
            if self._settings:
                return
            logger.exception("the connections cannot be read; only the environment's is used until they can")
            settings = (connections.from_environment(),)
        if settings != self._settings:
            self._settings = settings
            self._arrange()

    def _arrange(self) -> None:
        """Make what runs match the settings: new providers, changed ones, and those that are gone."""
        named = {settings.name: settings for settings in self._settings}
        for name in [name for name in self._providers if name not in named]:
            self._retire(self._providers.pop(name).client)
            self._stop_listening(name)
        for name, settings in named.items():
            provider = self._providers.get(name)
            if provider is None:
                provider = self._providers[name] = Provider(settings)
            elif (replaced := provider.change(settings)) is not None:
                self._retire(replaced)
                self._stop_listening(name)
            if name not in self._listeners:
                self._listeners[name] = self._run(keep_listing(provider, partial(self._note_listing, name)))
        self._picture()

    def _note_listing(self, name: str, models: Sequence[Listed] | None) -> None:
        """A connection listed its models. One that fails later keeps what it listed before."""
        if models is not None:
            self._listings[name] = models
        else:
            self._listings.setdefault(name, None)
        self._picture()
        self._heard.set()

    def _picture(self) -> None:
        self._catalogue = Catalogue(self._settings, self._listings)

    def _stop_listening(self, name: str) -> None:
        self._listeners.pop(name).cancel()
        self._listings.pop(name, None)

    def _retire(self, client: Client) -> None:
        """Its calls end in peace, and then it is closed."""
        self._retired.add(client)
        self._run(self._close_unused(client))

    async def _close_unused(self, client: Client) -> None:
        await client.unused()
        await closed(client.close())
        self._retired.discard(client)

    def _run(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("a task of the upstream failed", exc_info=error)


def _as_sent(call: Call, context_length: int | None) -> tuple[Sequence[dict[str, Any]], list[dict[str, Any]]]:
    """The call's messages, and what its user is told of how they were changed."""
    if call.verbatim:
        return call.messages, []
    branch = context.sendable(call.messages, continuing=call.continuing)
    messages, left_out = context.cut(branch, context_length, context.max_tokens(call.params))
    return messages, [context.cut_notice(left_out)] if left_out else []


def _tell(loop: asyncio.AbstractEventLoop, changed: asyncio.Event) -> None:
    """Set it, from whichever thread; nobody waits any more on a loop that is closed."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(changed.set)
