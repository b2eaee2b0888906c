"""The server by itself keeps the search index and the reviewers' figures up to date."""

import asyncio

import pytest
from django.contrib.auth.models import User

from chat.database import in_database
from chat.digest.stale import note_change
from chat.errors import Unavailable
from chat.models import Conversation, ConversationDigest, Message, SearchEntry
from chat.search import waiting
from chat.service.digests import refresh_forever
from chat.service.rounds import again_and_again
from chat.service.search_index import put_in_forever

pytestmark = pytest.mark.django_db(transaction=True)


def say(text: str) -> Conversation:
    alice = User.objects.create(username="alice")
    conversation = Conversation.objects.create(owner=alice, title="Words")
    message = Message.objects.create(conversation=conversation, role="user", content=text)
    waiting.note(message=message.id, title_of=conversation.id)
    note_change(conversation.id)
    return conversation


def made_of(conversation: Conversation) -> tuple[int, int]:
    digests = ConversationDigest.objects.filter(conversation=conversation)
    return SearchEntry.objects.filter(conversation=conversation).count(), digests.count()


async def test_what_was_noted_is_done_without_anybody_asking() -> None:
    said = await in_database(say, "a word")
    assert await in_database(made_of, said) == (0, 0)
    rounds = asyncio.gather(refresh_forever(), put_in_forever())
    try:
        async with asyncio.timeout(10):
            while await in_database(made_of, said) != (2, 1):
                await asyncio.sleep(0.02)
    finally:
        rounds.cancel()


async def test_trouble_is_logged_and_the_next_look_tries_again(caplog: pytest.LogCaptureFixture) -> None:
    looks = 0

    async def look() -> float:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise Unavailable("away")
        if looks == 2:
            raise ValueError("odd")
        return 60

    rounds = asyncio.create_task(again_and_again(look, 0.01, "it was not done"))
    async with asyncio.timeout(10):
        while looks < 3:
            await asyncio.sleep(0.01)
    rounds.cancel()
    assert [record.message for record in caplog.records] == ["it was not done; the next look tries again"]
