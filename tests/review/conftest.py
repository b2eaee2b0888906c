"""Conversations as they are after some time, for what the policies do to them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from chat.ids import new_id
from chat.models import Completion, Conversation, Message
from chat.search.index import put_conversation

MakeConversation = Callable[..., Conversation]


@pytest.fixture
def make_conversation(db: None) -> MakeConversation:
    """A question and its reply; last asked, and if so hidden, so many days ago."""

    def make(owner: User, *, asked: float = 0, hidden: float | None = None, **fields: object) -> Conversation:
        now = timezone.now()
        row = Conversation.objects.create(
            owner=owner,
            title="About needles",
            updated=now - timedelta(days=asked),
            deleted=None if hidden is None else now - timedelta(days=hidden),
            **fields,
        )
        question = Message.objects.create(conversation=row, role="user", content="A question?")
        reply = Message.objects.create(
            conversation=row, parent=question, role="assistant", content="An answer.", model="demo"
        )
        reply.completion = Completion.objects.create(
            id=new_id(), message=reply, number=1, model="demo", status="complete", ended=now
        )
        reply.save()
        put_conversation(row.id)
        return row

    return make
