"""Conversations as reviewers meet them: with replies, completions, and the rows to filter by."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from chat.models import Completion, CompletionFigures, Conversation, ConversationDigest, Message


def make_conversation(owner: User, *turns: tuple[str, str], title: str = "", **reply: Any) -> Conversation:
    """Question and reply, one after the other; `reply` are fields of each reply's message."""
    conversation = Conversation.objects.create(owner=owner, title=title)
    above: Message | None = None
    for question, answer in turns:
        above = Message.objects.create(conversation=conversation, parent=above, role="user", content=question)
        above = add_reply(above, answer, **reply)
    conversation.active = above
    conversation.save()
    digest(conversation)
    return conversation


def add_reply(question: Message, text: str, *, status: str = "complete", **fields: Any) -> Message:
    reply = Message.objects.create(
        conversation=question.conversation,
        parent=question,
        role="assistant",
        content=text,
        model="demo",
        status="complete",
        **fields,
    )
    reply.completion = Completion.objects.create(
        message=reply,
        number=1,
        model="demo",
        status=status,
        ended=timezone.now(),
        usage={"prompt_tokens": 3, "completion_tokens": 5},
    )
    reply.status = status
    reply.save()
    return reply


def digest(conversation: Conversation) -> ConversationDigest:
    """What the server makes a few seconds after a change: as much of it as a set is chosen by."""
    row, _ = ConversationDigest.objects.update_or_create(
        conversation=conversation,
        defaults={
            "owner": conversation.owner,
            "updated": conversation.updated,
            "created": conversation.created,
            "temporary": conversation.temporary,
            "deleted": conversation.deleted,
            "messages": conversation.messages.count(),
        },
    )
    return row


def make_figures(owner: User, asked: datetime, **fields: Any) -> CompletionFigures:
    """A reply of this user in figures."""
    conversation = make_conversation(owner, ("q", "a"))
    assert conversation.active is not None
    assert conversation.active.completion is not None
    return CompletionFigures.objects.create(
        completion=conversation.active.completion,
        conversation=conversation,
        owner=owner,
        asked=asked,
        **{"model": "demo", "status": "complete", "source": "page", **fields},
    )
