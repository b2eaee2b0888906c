"""Calls that begin a reply: what of their headers says whether they count."""

from collections.abc import Awaitable
from functools import partial
from typing import Protocol

from chat.api.endpoint import Call
from chat.api.queries import sent
from chat.limits.joins import admitted as admitted_once
from chat.service import Following


class Begin(Protocol):
    """A verb of the service that begins a reply, with all but these bound to it."""

    def __call__(self, *, idempotency_key: str | None, last_event_id: str | None) -> Awaitable[Following]: ...


async def admitted(call: Call, begin: Begin, *, position: str | None) -> Following:
    """Begin or join. `position`: the event id that the client goes on from, which asks nothing."""
    key = sent(call.request, "Idempotency-Key")
    bound = partial(begin, idempotency_key=key, last_event_id=position)
    return await (bound() if position is not None else admitted_once(call.caller, bound, key))
