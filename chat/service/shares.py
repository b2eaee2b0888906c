"""Shared links: make one of the branch as it is now, and take it back."""

from datetime import timedelta

from chat import portable
from chat.access import conversations as reading_conversations
from chat.actions import shares
from chat.auth.caller import Caller
from chat.database import in_database, reading


async def share(caller: Caller, conversation_id: str, *, lifetime: timedelta | None, author: str = "") -> str:
    """The secret of a new link to what the conversation shows now; None: good until it is revoked."""
    found = await reading(reading_conversations.read_conversation, caller.user_id, conversation_id)
    return await in_database(
        shares.make_share,
        caller.user_id,
        conversation_id,
        portable.snapshot(found),
        lifetime=lifetime,
        author=author,
    )


async def revoke_share(caller: Caller, share_id: str) -> None:
    await in_database(shares.revoke_share, caller.user_id, share_id)
