"""What a program says beside text, tools and pictures: it goes on, is kept, and comes back."""

import base64
from pathlib import Path
from typing import Any

from api.openai.calls import answering, assistant, picture, post, said, tree, user
from api.reading import ask, events
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream

from chat.chunks import Chunk, ToolCallPiece
from chat.database import in_database
from chat.models import Attachment, Conversation

FIRST = user("First?")
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "sun"}


def _calls_weather(upstream: FedUpstream, arguments: str, *pieces: str) -> None:
    """The next reply: these words, and a tool that is to be called."""
    source = upstream.script(*pieces, finish_reason=None)
    source.feed(Chunk(tool_calls=(ToolCallPiece(0, "call_1", "weather", arguments),)))
    source.end("tool_calls")


async def test_tool_turns_round_trip(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    _calls_weather(upstream, '{"city":"Rome"}')
    answering(upstream, "Sunny.", "Warm.")
    first = (await post(as_alice, FIRST)).json()["choices"][0]["message"]
    await said(as_alice, FIRST, first, RESULT)
    await said(as_alice, FIRST, first, RESULT, assistant("Sunny."), user("And warm?"))
    [(_, messages)] = await tree()
    assert [(depth, role) for depth, role, _ in messages] == [
        (0, "user"),
        (1, "assistant"),
        (2, "tool"),
        (3, "assistant"),
        (4, "user"),
        (5, "assistant"),
    ]
    conversation = await in_database(Conversation.objects.get)
    read = (await as_alice.get(f"/api/v1/conversations/{conversation.id}")).json()["messages"]
    assert read[1]["tool_calls"] == first["tool_calls"]
    assert read[2]["tool_call_id"] == "call_1"


async def test_who_goes_on_by_the_native_api_has_the_tool_turns_in_the_context(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    _calls_weather(upstream, "{}")
    answering(upstream, "Sunny.", "Warm.")
    first = (await post(as_alice, FIRST)).json()["choices"][0]["message"]
    second = await post(as_alice, FIRST, first, RESULT)
    await events(await ask(as_alice, "And?", conversation=second["X-Conversation-Id"]))
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    assert list(upstream.calls[-1].messages) == [
        FIRST,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "sun"},
        {"role": "assistant", "content": "Sunny."},
        {"role": "user", "content": "And?"},
    ]


async def test_a_call_that_nobody_answered_is_not_in_the_context(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    _calls_weather(upstream, "{}", "Let me see.")
    upstream.script("Sunny.")
    first = await post(as_alice, FIRST)
    await events(await ask(as_alice, "And?", conversation=first["X-Conversation-Id"]))
    assert list(upstream.calls[-1].messages) == [
        FIRST,
        {"role": "assistant", "content": "Let me see."},
        {"role": "user", "content": "And?"},
    ]


async def test_pictures_are_kept_once_as_files_of_their_message(
    as_alice: AsyncClient, upstream: FedUpstream, tmp_path: Any, settings: Any
) -> None:
    settings.CHAT_FILES_DIR = tmp_path
    answering(upstream, "Red.", "Blue.")
    seen = user([{"type": "text", "text": "What is this?"}, picture()])
    other = user([{"type": "text", "text": "And this?"}, picture("blue")])
    await said(as_alice, seen)
    await said(as_alice, seen, assistant("Red."), other)

    def kept() -> list[tuple[str, str]]:
        rows = Attachment.objects.select_related("message").order_by("id")
        return [(row.message.content if row.message else "", row.kind) for row in rows]

    assert await in_database(kept) == [("What is this?", "image"), ("And this?", "image")]
    assert upstream.calls[-1].messages[0] == seen


async def test_a_picture_by_its_address_goes_through_and_is_told(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    upstream.script("A cat.")
    link = {"type": "image_url", "image_url": {"url": "https://example.org/cat.png"}}
    answer = await post(as_alice, user([{"type": "text", "text": "What?"}, link]))
    read = (await as_alice.get(f"/api/v1/conversations/{answer['X-Conversation-Id']}")).json()
    assert read["messages"][0]["parts"] == [link]


async def test_no_part_of_a_client_has_a_file_of_the_server_read(
    as_alice: AsyncClient, upstream: FedUpstream, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a secret of the server")
    answering(upstream, "One.", "Two.")
    part = {"type": "image_file", "file": str(secret), "name": "x", "content_type": "image/png"}
    answer = await post(as_alice, user([{"type": "text", "text": "Look."}, part]))
    await as_alice.post(
        f"/api/v1/messages/{answer['X-Message-Id']}/regenerate", {"stream": False}, "application/json"
    )
    assert len(upstream.calls) == 2
    encoded = base64.b64encode(secret.read_bytes()).decode()
    assert encoded not in repr([call.messages for call in upstream.calls])


async def test_a_message_may_be_without_content(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    answering(upstream, "Sunny.")
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    called = {"role": "assistant", "tool_calls": [call]}
    assert await said(as_alice, FIRST, called, RESULT) == "Sunny."
    assert list(upstream.calls[0].messages) == [FIRST, called, RESULT]
