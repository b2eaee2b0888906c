"""What the owner thinks of a reply."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from chat.access.descriptions import describe_message
from chat.access.rows import message_for
from chat.digest.stale import note_change
from chat.errors import BadRequest
from chat.models import Feedback
from chat.models.message import Role


@transaction.atomic
def rate(user_id: int, message_id: Any, rating: int | None, comment: str | None) -> dict[str, Any]:
    """Set the rating (1, -1 or None) and the comment of a reply; both None take the feedback back."""
    message = message_for(user_id, message_id)
    if message.role != Role.ASSISTANT:
        raise BadRequest("Feedback is for replies.", param="message")
    if rating is None and comment is None:
        Feedback.objects.filter(message=message).delete()
    else:
        Feedback.objects.update_or_create(
            message=message, defaults={"rating": rating, "comment": comment, "updated": timezone.now()}
        )
    note_change(message.conversation_id)
    return describe_message(message_for(user_id, message_id))
