"""A reply for those who want it whole: wait for its end as a follower, and tell it or its failure."""

from typing import Any

from chat.engine.transcript import Transcript
from chat.errors import Unauthenticated, Unavailable
from chat.service.following import Following
from chat.service.saved import read_message


async def whole_message(following: Following) -> dict[str, Any]:
    """The message as saved. Raises `UpstreamError` where it failed."""
    await _end_of(following)
    return await read_message(following.caller, following.reply)


async def whole_transcript(following: Following) -> Transcript:
    """What was said. Raises `UpstreamError` where it failed."""
    await _end_of(following)
    return following.transcript


async def _end_of(following: Following) -> None:
    async for _ in following:
        pass
    if following.closed_reason == "revoked":
        raise Unauthenticated("Your key or session was revoked while the reply ran.")
    if following.closed_reason is not None:
        raise Unavailable(
            "The reply's end is not saved yet. Read the message later.", message_id=following.reply
        )
    if (failure := following.failure()) is not None:
        raise failure
