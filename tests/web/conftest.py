"""Conversations for the pages, and the cast's browsers."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone, translation

from chat.models import Completion, Conversation, Message
from chat.search.index import put_conversation

MakeReply = Callable[..., Message]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A request leaves its language behind in the thread, which here is that of all tests."""
    with translation.override("en"):
        yield


@pytest.fixture
def make_reply(db: None) -> MakeReply:
    """A question and its reply at the end of a conversation of this user, as they are saved."""

    def make(
        owner: User,
        text: str = "An answer.",
        *,
        question: str = "A question?",
        below: Message | None = None,
        beside: Message | None = None,
        status: str = "complete",
        **completion: Any,
    ) -> Message:
        known = below or beside
        conversation = (
            known.conversation if known else Conversation.objects.create(owner=owner, title=question)
        )
        request = beside.parent if beside else None
        if request is None:
            request = Message.objects.create(
                conversation=conversation, parent=below, role="user", content=question
            )
        reply = Message.objects.create(
            conversation=conversation, parent=request, role="assistant", content=text, model="demo"
        )
        reply.completion = Completion.objects.create(
            message=reply,
            number=1,
            model="demo",
            status=status,
            ended=None if status == "streaming" else timezone.now(),
            **completion,
        )
        reply.status = status
        reply.save()
        conversation.active = reply
        conversation.save()
        put_conversation(conversation.id)
        return reply

    return make


@pytest.fixture
def alices(alice: User) -> Client:
    """Alice's browser."""
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def bobs(bob: User) -> Client:
    client = Client()
    client.force_login(bob)
    return client
