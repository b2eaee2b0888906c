"""Conversations for the desk's pages, and the browsers of those who come to them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from chat.models import Completion, Conversation, Message

BEGUN = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def add_reply(
    question: Message, text: str, *, status: str = "complete", reasoning: str = "", **known: Any
) -> Message:
    """A reply as it is saved, with one completion that took four seconds."""
    reply = Message.objects.create(
        conversation=question.conversation,
        parent=question,
        role="assistant",
        content=text,
        reasoning=reasoning,
        model="demo",
    )
    moments = {
        "created": BEGUN,
        "started": BEGUN + timedelta(seconds=0.5),
        "first_token": BEGUN + timedelta(seconds=1),
        "first_text": BEGUN + timedelta(seconds=2),
        "ended": None if status == "streaming" else BEGUN + timedelta(seconds=4),
    }
    fields = (
        {"finish_reason": "stop", "usage": {"prompt_tokens": 7, "completion_tokens": 11}} | moments | known
    )
    reply.completion = Completion.objects.create(
        message=reply, number=1, model="demo", status=status, source="page", **fields
    )
    reply.status = status
    reply.save()
    question.conversation.active = reply
    question.conversation.save()
    return reply


def make_conversation(owner: User, title: str = "About cats", pairs: int = 1) -> Conversation:
    """`pairs` questions, each with its reply: “Question 0?”, “Answer 0.”, …"""
    row = Conversation.objects.create(owner=owner, title=title)
    above = None
    for number in range(pairs):
        question = Message.objects.create(
            conversation=row, parent=above, role="user", content=f"Question {number}?"
        )
        above = add_reply(question, f"Answer {number}.")
    return row


def address(row: Conversation, query: str = "") -> str:
    return f"/admin/review/c/{row.id}/{query}"


def page_of(client: Client, row: Conversation, query: str = "") -> str:
    """The desk's page of a conversation."""
    answer = client.get(address(row, query))
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()
