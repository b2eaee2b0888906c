"""What is judged: a conversation, or one message of it; and whether it may come before a reviewer."""

from dataclasses import dataclass
from uuid import UUID

from chat.audit.log import Detail
from chat.errors import NotFound
from chat.models import Conversation, Message
from chat.review.scope import reviewable


@dataclass(frozen=True, slots=True)
class Target:
    conversation: UUID
    message: UUID | None = None

    def details(self) -> dict[str, Detail]:
        """For the audit log, whose object is always the conversation."""
        return {} if self.message is None else {"message": str(self.message)}


def in_scope(target: Target) -> None:
    """Raises `NotFound` for what may not be reviewed, as for what is not there."""
    if not Conversation.objects.filter(reviewable(), id=target.conversation).exists():
        raise NotFound("There is no such conversation.")
    if target.message is not None:
        rows = Message.objects.filter(id=target.message, conversation=target.conversation)
        if not rows.exists():
            raise NotFound("There is no such message.")
