"""`store: false`: the question is never written, and the reply is gone when it has ended."""

from typing import Any

from api.openai.calls import answering, chunks, post, user
from api.reading import error_of
from django.test import AsyncClient
from fakes.eventually import eventually
from fakes.fed_upstream import FedUpstream

from chat.database import in_database
from chat.models import Conversation, Message

FIRST = user("First?")


async def test_what_is_not_to_be_kept_is_gone_when_it_has_ended(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    answering(upstream, "Secret.", "Secret too.")
    answer = await post(as_alice, FIRST, store=False)
    assert answer.json()["choices"][0]["message"]["content"] == "Secret."
    assert "X-Conversation-Id" not in answer
    read = await chunks(await post(as_alice, FIRST, store=False, stream=True))
    assert read[-1] == "[DONE]"
    await eventually(_nothing_is_left)
    assert await in_database(lambda: not Message.objects.filter(content="First?").exists())


def _nothing_is_left() -> bool:
    return not (Conversation.objects.exists() or Message.objects.exists())


async def test_a_site_that_keeps_everything_refuses_not_to(
    as_alice: AsyncClient, upstream: FedUpstream, settings: Any
) -> None:
    settings.CHAT_TEMPORARY_CHATS = "off"
    answer = await post(as_alice, FIRST, store=False)
    assert answer.status_code == 400
    assert error_of(answer)["code"] == "no_temporary"
    assert not upstream.calls
