"""How long a refusal takes tells nothing: of another's row the database gives as little as of none."""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.access.conversations import read_conversation
from chat.access.rows import conversation_for, message_for
from chat.access.transcripts import read_reply, where_it_runs
from chat.errors import NotFound
from chat.ids import new_id
from chat.models import Checkpoint, Completion, Conversation, Message

LOOKS: dict[str, Callable[[int, UUID], object]] = {
    "message": message_for,
    "reply": lambda user, key: read_reply(key, user_id=user),
    "where": lambda user, key: where_it_runs(key, user),
    "conversation": conversation_for,
    "tree": read_conversation,
}


@pytest.fixture
def running(alice: User) -> dict[str, UUID]:
    """A reply of Alice's that runs and has been saved so far, and its conversation."""
    conversation = Conversation.objects.create(owner=alice)
    question = Message.objects.create(conversation=conversation, role="user", content="?")
    reply = Message.objects.create(conversation=conversation, parent=question, role="assistant")
    completion = Completion.objects.create(message=reply, number=1, model="m", started=timezone.now())
    Message.objects.filter(pk=reply.pk).update(completion=completion, status="streaming")
    Checkpoint.objects.create(completion=completion, text_offset=0, text="word " * 1000, reasoning_offset=0)
    return {"message": reply.pk, "conversation": conversation.pk}


def found(look: Callable[[int, UUID], object], user: User, key: UUID) -> list[int]:
    """How many rows each query of it finds."""
    with CaptureQueriesContext(connection) as queries, suppress(NotFound):
        look(user.pk, key)
    counts = []
    for query in queries:
        with connection.cursor() as cursor:
            cursor.execute(query["sql"])
            counts.append(len(cursor.fetchall()))
    return counts


@pytest.mark.parametrize("name", LOOKS)
def test_anothers_row_is_read_no_more_than_one_that_is_none(
    name: str, alice: User, bob: User, running: dict[str, UUID]
) -> None:
    look, key = LOOKS[name], running["conversation" if name in ("conversation", "tree") else "message"]
    assert sum(found(look, alice, key)) > 0
    assert found(look, bob, key) == found(look, bob, new_id()) == [0] * len(found(look, bob, key))
