"""Follow and stop: the verbs that join and end replies, wherever they run."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from chat import limits
from chat.access.rows import as_uuid, no_such
from chat.access.transcripts import read_reply, where_it_runs
from chat.actions.finish import DELETED
from chat.actions.stop import stop as stop_by_row
from chat.actions.stop import want_stop
from chat.auth.caller import Caller
from chat.auth.tickets import bad_ticket
from chat.database import in_database
from chat.engine import position as event_ids
from chat.engine.cursor import Cursor
from chat.engine.position import Position
from chat.engine.transcript import Ended
from chat.errors import BadRequest, TooMany, Unavailable
from chat.service.following import Following
from chat.service.local_replies import stop_live
from chat.service.reply_rows import transcript_of
from chat.service.runtime import Runtime, runtime
from chat.service.saved import read_message

OWNER_SECONDS = 3.0
"""How long who cannot be reached has to find in the database that its reply is to stop: a beat and a half."""
LOOK_SECONDS = 0.1
TICKET_GOOD_FOR = timedelta(minutes=10)
FOLLOWED_A_STREAM = 50
"""So many are followed by one user in one process for each reply that may run: every one is a connection."""


async def follow(
    caller: Caller, reply_id: str, *, last_event_id: str | None = None, render: bool = False
) -> Following:
    """Follow a reply from the beginning, or go on right after a position."""
    here = await runtime()
    reply = as_uuid(reply_id, "message")
    if caller.reply is not None and caller.reply != reply:
        raise bad_ticket()
    position = None if last_event_id is None else event_ids.decode(last_event_id)
    if position is not None:
        await refuse_another_reply(caller, position, reply)
        here.note_resume()
    return await follow_reply(here, caller, reply, Cursor(position), render=render)


async def refuse_another_reply(caller: Caller, position: Position, reply: UUID) -> None:
    """Raises `BadRequest` for a position in another reply of the caller's than the one that is named."""
    if position.reply != reply:
        await in_database(read_reply, position.reply, user_id=caller.user_id)  # an unknown one is 404
        raise BadRequest("This Last-Event-ID is of another reply.", param="Last-Event-ID")


async def stop(caller: Caller, reply_id: str) -> dict[str, Any]:
    """End the reply; the message as saved, once its upstream is closed. Whatever has ended stays as it is."""
    here = await runtime()
    reply = as_uuid(reply_id, "message")
    live = here.registry.get(reply)
    if live is None:
        await _stop_elsewhere(here, reply, caller.user_id)
    elif live.owner == caller.user_id and not await stop_live(live, Ended("stopped")):
        raise Unavailable(
            "The reply was stopped, but its end is not saved yet.", message_id=str(reply), retry_after=2
        )
    message = await read_message(caller, reply_id)
    if message["role"] != "assistant":
        raise BadRequest("Only a reply can be stopped.", param="message")
    if message["status"] == "streaming":
        # What ran here had been taken over and continued elsewhere.
        await _stop_elsewhere(here, reply, caller.user_id)
        message = await read_message(caller, reply_id)
    return message


async def stop_deleted(here: Runtime, replies: list[UUID]) -> None:
    """Stop running replies that were deleted; their followers are told why."""
    ended = Ended("stopped", error=DELETED)
    for reply in replies:
        live = here.registry.get(reply)
        if live is not None:
            live.end_with(ended)
        else:
            await in_database(stop_by_row, None, reply, DELETED)


async def _stop_elsewhere(here: Runtime, reply: UUID, user_id: int) -> None:
    """Ask the process that runs it, then by the row; where it hears neither, it is dead: the row is ended."""
    runs = await in_database(where_it_runs, reply, user_id)
    if runs is None:
        return
    server, conversation = runs
    if server is not None and (
        await here.relay.stop(reply, server) or await _stopped_by_owner(reply, user_id)
    ):
        return
    await in_database(stop_by_row, user_id, reply)
    here.tell_changed(user_id, conversation)


async def _stopped_by_owner(reply: UUID, user_id: int) -> bool:
    """Whether the owner finds in time that it is to stop: it alone has all that was shown."""
    until = time.monotonic() + OWNER_SECONDS
    wanted = await in_database(want_stop, reply)
    while wanted and time.monotonic() < until:
        await asyncio.sleep(LOOK_SECONDS)
        wanted = await in_database(where_it_runs, reply, user_id) is not None
    return not wanted


def _refuse_too_many(here: Runtime, caller: Caller) -> None:
    most = FOLLOWED_A_STREAM * (limits.quota_of(caller.quota).streams or 0)
    if most and here.followed[caller.user_id] >= most:
        raise TooMany(
            f"You follow {most} replies at this process, which is the limit. Leave one first.",
            code="too_many_followed",
            retry_after=1,
        )


async def follow_reply(
    here: Runtime,
    caller: Caller,
    reply: UUID,
    cursor: Cursor,
    *,
    render: bool,
    attach: bool = True,
    unseen: bool = False,
) -> Following:
    """Follow a reply of this caller's, live where it runs here, else by its row.

    `unseen`: anybody's, for who was admitted to it (`chat.service.reviewing`).
    """
    if not unseen:
        _refuse_too_many(here, caller)
    live = here.registry.get(reply)
    if live is not None and live.transcript.ended is None:
        is_deleted = live.intent is not None and live.intent.error == DELETED
        if not unseen and (live.owner != caller.user_id or is_deleted):
            raise no_such("message")
        return Following(
            here,
            caller,
            live.transcript,
            cursor,
            live=live,
            render=render,
            attach=attach,
            joined=True,
            unseen=unseen,
        )
    row = await in_database(read_reply, reply, user_id=None if unseen else caller.user_id, hidden=unseen)
    if caller.reply is not None and row.ended is not None and row.ended + TICKET_GOOD_FOR < datetime.now(UTC):
        raise bad_ticket()
    return Following(
        here,
        caller,
        transcript_of(row),
        cursor,
        server=row.server,
        render=render,
        attach=attach,
        joined=True,
        unseen=unseen,
    )
