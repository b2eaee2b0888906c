"""Calls that begin a reply and the rate: only what begins counts, and a retry joins when nothing is left."""

from collections.abc import Awaitable
from typing import Protocol

from chat import limits
from chat.api.endpoint import Call
from chat.database import in_database
from chat.errors import TooMany
from chat.limits.joins import has_used
from chat.service import Following


class Begin(Protocol):
    """A verb of the service that begins a reply, with all but these bound to it."""

    def __call__(self, *, idempotency_key: str | None, last_event_id: str | None) -> Awaitable[Following]: ...


async def admitted(call: Call, begin: Begin, *, position: str | None) -> Following:
    """Begin or join. `position`: the event id that the client goes on from, which asks nothing."""
    user_id = call.caller.user_id
    key = call.request.headers.get("Idempotency-Key")
    counted = position is None
    if counted:
        try:
            limits.requests.take(user_id)
        except TooMany:
            if key is None or not await in_database(has_used, user_id, key):
                raise
            counted = False
    following = await begin(idempotency_key=key, last_event_id=position)
    if counted and following.joined:
        limits.requests.give_back(user_id)
    return following
