"""What users think of messages of theirs: a rating, and a report that brings one before a reviewer."""

from typing import Any

from chat.audit import Actor
from chat.auth.caller import Caller
from chat.database import in_database
from chat.review import reporting
from chat.service.listeners import tell_changed
from chat.service.requests import Rating, Report, decode


async def rate(caller: Caller, message_id: str, body: dict[str, Any] | bytes) -> dict[str, Any]:
    """Set or take back the owner's feedback on a reply; the message."""
    rating = decode(Rating, body)
    message = await in_database(reporting.rate, _actor(caller), message_id, rating.rating, rating.comment)
    await tell_changed(caller.user_id, message["conversation"])
    return message


async def report(caller: Caller, message_id: str, body: dict[str, Any] | bytes) -> None:
    """Bring a message before a reviewer. Raises `Conflict` with `not_reviewed` where there is none."""
    fields = decode(Report, body)
    conversation = await in_database(reporting.report, _actor(caller), message_id, fields.reason)
    await tell_changed(caller.user_id, str(conversation))


async def take_report_back(caller: Caller, message_id: str) -> None:
    """Without a report nothing happens."""
    conversation = await in_database(reporting.take_report_back, _actor(caller), message_id)
    await tell_changed(caller.user_id, str(conversation))


def _actor(caller: Caller) -> Actor:
    return Actor(caller.user_id, "page" if caller.via == "session" else "api")
