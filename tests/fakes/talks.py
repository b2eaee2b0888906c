"""A conversation of a question and its reply, as rows: what reviewers judge."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.utils import timezone

from chat.models import Completion, Conversation, Message
from chat.review.targets import Target


@dataclass(frozen=True, slots=True)
class Talk:
    conversation: UUID
    question: UUID
    reply: UUID

    @property
    def whole(self) -> Target:
        return Target(self.conversation)

    @property
    def answer(self) -> Target:
        return Target(self.conversation, self.reply)


def talk(
    owner: User, question: str = "Why?", reply: str = "Because.", status: str = "complete", **fields: Any
) -> Talk:
    """As `ask` stores it; with a status other than `streaming` the reply has ended."""
    conversation = Conversation.objects.create(owner=owner, title=question[:80], **fields)
    asked = Message.objects.create(conversation=conversation, role="user", content=question)
    answer = Message.objects.create(
        conversation=conversation, parent=asked, role="assistant", content=reply, model="demo"
    )
    ended = None if status == "streaming" else timezone.now()
    completion = Completion.objects.create(message=answer, number=1, model="demo", status=status, ended=ended)
    Message.objects.filter(id=answer.id).update(completion=completion, status=status)
    Conversation.objects.filter(id=conversation.id).update(active=answer)
    return Talk(conversation.id, asked.id, answer.id)
