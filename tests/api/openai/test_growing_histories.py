"""A client sends its whole history with each call: it lands in one conversation, on the right branch."""

from typing import Any

import pytest
from api.openai.calls import assistant, chunks, newest, picture, post, said, tree, user
from api.reading import ask, error_of, events
from django.contrib.auth.models import User
from django.db import connection
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext
from fakes.eventually import eventually
from fakes.fed_upstream import FedUpstream

from chat.actions.histories import find_place
from chat.chunks import Chunk, ToolCallPiece
from chat.database import in_database
from chat.models import Attachment, Conversation, Message
from chat.portable.openai_history import read_history

FIRST = user("First?")


async def test_a_growing_history_lands_in_one_conversation(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    upstream.script("One.")
    upstream.script("Two.")
    upstream.script("Three.")
    history = [{"role": "system", "content": "Be brief."}, FIRST]
    ids = set()
    for question in ("Second?", "Third?", ""):
        answer = await post(as_alice, *history)
        ids.add(answer["X-Conversation-Id"])
        history += [answer.json()["choices"][0]["message"], user(question)]
    assert len(ids) == 1
    assert await tree() == [
        (
            "First?",
            [
                (0, "user", "First?"),
                (1, "assistant", "One."),
                (2, "user", "Second?"),
                (3, "assistant", "Two."),
                (4, "user", "Third?"),
                (5, "assistant", "Three."),
            ],
        )
    ]
    kept = await in_database(Conversation.objects.get)
    assert kept.system_prompt == "Be brief."


async def test_two_first_questions_are_two_conversations(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    for _ in range(2):
        upstream.script("Hi")
        await said(as_alice, FIRST)
    assert len(await tree()) == 2


async def test_an_edited_question_is_a_new_branch(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    for answer in ("One.", "Two.", "Other."):
        upstream.script(answer)
    await said(as_alice, FIRST)
    await said(as_alice, FIRST, assistant("One."), user("Second?"))
    await said(as_alice, FIRST, assistant("One."), user("Else?"))
    assert await tree() == [
        (
            "First?",
            [
                (0, "user", "First?"),
                (1, "assistant", "One."),
                (2, "user", "Second?"),
                (3, "assistant", "Two."),
                (2, "user", "Else?"),
                (3, "assistant", "Other."),
            ],
        )
    ]


async def test_the_same_history_again_is_another_reply_beside_the_first(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    for answer in ("One.", "Two.", "Two again."):
        upstream.script(answer)
    await said(as_alice, FIRST)
    for _ in range(2):
        await said(as_alice, FIRST, assistant("One."), user("Second?"))
    [(_, messages)] = await tree()
    assert messages[-2:] == [(3, "assistant", "Two."), (3, "assistant", "Two again.")]
    assert len(messages) == 5


async def test_the_branch_is_that_of_the_reply_that_was_read(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    """Two answers to one question: the history tells which of them it goes on with."""
    for answer in ("One.", "Left.", "Right.", "On."):
        upstream.script(answer)
    await said(as_alice, FIRST)
    fork = [FIRST, assistant("One."), user("Which?")]
    await said(as_alice, *fork)
    await said(as_alice, *fork)
    await said(as_alice, *fork, assistant("Left."), user("Go on"))
    [(_, messages)] = await tree()
    assert messages[3:] == [
        (3, "assistant", "Left."),
        (3, "assistant", "Right."),
        (4, "user", "Go on"),
        (5, "assistant", "On."),
    ]
    parent = await in_database(lambda: Message.objects.get(content="Go on").parent)
    assert parent is not None
    assert parent.content == "Left."


@pytest.mark.parametrize("seen", ["Half an", " Half an answer\n"])
async def test_a_reply_that_was_cut_off_is_known_by_its_beginning(
    as_alice: AsyncClient, upstream: FedUpstream, seen: str
) -> None:
    source = upstream.script("Half an answer", finish_reason=None)
    answer = await post(as_alice, FIRST, stream=True)
    pieces = aiter(answer)
    await anext(pieces)
    await pieces.aclose()
    answer.close()
    await source.closed.wait()
    await eventually(_is_over)
    upstream.script("More.")
    upstream.script("Most.")
    await said(as_alice, FIRST, assistant(seen), user("And?"))
    await said(as_alice, FIRST, assistant(seen), user("And?"), assistant("More."), user("And then?"))
    [(_, messages)] = await tree()
    assert [text for _, _, text in messages] == [
        "First?",
        "Half an answer",
        "And?",
        "More.",
        "And then?",
        "Most.",
    ]


def _is_over() -> bool:
    return bool(newest()["status"] == "interrupted")


async def test_an_answer_that_the_client_wrote_itself_is_kept_as_it_says(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    for answer in ("One.", "Two.", "Three."):
        upstream.script(answer)
    await said(as_alice, FIRST)
    second = [FIRST, assistant("One."), user("Second?")]
    await said(as_alice, *second)
    await said(as_alice, *second, assistant("Not what it said."), user("Third?"))
    [(_, messages)] = await tree()
    assert messages[3:] == [
        (3, "assistant", "Two."),
        (3, "assistant", "Not what it said."),
        (4, "user", "Third?"),
        (5, "assistant", "Three."),
    ]


async def test_a_question_that_many_ask_does_not_join_what_was_answered_otherwise(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    """Examples in front of a question begin alike and are no history of ours."""
    upstream.script("One.")
    upstream.script("Two.")
    await said(as_alice, FIRST)
    await said(as_alice, FIRST, assistant("An example."), user("Second?"))
    assert [len(messages) for _, messages in await tree()] == [2, 4]


async def test_examples_before_a_question_are_no_conversation_that_goes_on(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    """A program that sends the same examples each time fills no conversation with branches."""
    for answer in ("One.", "Two.", "Three.", "On."):
        upstream.script(answer)
    examples = [user("a"), assistant("A"), user("b"), assistant("B")]
    await said(as_alice, *examples, user("c"))
    await said(as_alice, *examples, user("d"))
    await said(as_alice, *examples, user("c"))
    assert [len(messages) for _, messages in await tree()] == [6, 6, 6]
    await said(as_alice, *examples, user("d"), assistant("Two."), user("And?"))
    assert [len(messages) for _, messages in await tree()] == [6, 8, 6]


async def test_finding_its_place_costs_no_more_for_a_long_history(alice: User) -> None:
    def queries(turns: int) -> int:
        talk = [message for turn in range(turns) for message in (user(f"{turn}"), assistant(f"{turn}!"))]
        with CaptureQueriesContext(connection) as captured:
            find_place(alice.id, read_history([*talk, user("And?")]))
        return len(captured)

    assert await in_database(queries, 2) == await in_database(queries, 200)


async def test_a_client_may_name_the_conversation(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script("One.")
    upstream.script("Two.")
    first = await post(as_alice, FIRST)
    named = {"X-Conversation-Id": first["X-Conversation-Id"]}
    second = await post(as_alice, user("Another beginning"), headers=named)
    assert second["X-Conversation-Id"] == first["X-Conversation-Id"]
    [(_, messages)] = await tree()
    assert [depth for depth, _, _ in messages] == [0, 1, 0, 1]


async def test_nobody_goes_on_with_what_is_anothers(
    as_alice: AsyncClient, as_bob: AsyncClient, upstream: FedUpstream
) -> None:
    for answer in ("One.", "Two."):
        upstream.script(answer)
    first = await post(as_alice, FIRST)
    await said(as_bob, FIRST, assistant("One."), user("Second?"))
    assert [len(messages) for _, messages in await tree()] == [2, 4]
    named = {"X-Conversation-Id": first["X-Conversation-Id"]}
    answer = await post(as_bob, FIRST, headers=named)
    assert answer.status_code == 404
    error_of(answer)


async def test_tool_turns_round_trip(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    source = upstream.script(finish_reason=None)
    source.feed(Chunk(tool_calls=(ToolCallPiece(0, "call_1", "weather", '{"city":"Rome"}'),)))
    source.end("tool_calls")
    upstream.script("Sunny.")
    upstream.script("Warm.")
    first = (await post(as_alice, FIRST)).json()["choices"][0]["message"]
    result = {"role": "tool", "tool_call_id": "call_1", "content": "sun"}
    await said(as_alice, FIRST, first, result)
    await said(as_alice, FIRST, first, result, assistant("Sunny."), user("And warm?"))
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
    source = upstream.script(finish_reason=None)
    source.feed(Chunk(tool_calls=(ToolCallPiece(0, "call_1", "weather", "{}"),)))
    source.end("tool_calls")
    upstream.script("Sunny.")
    upstream.script("Warm.")
    first = (await post(as_alice, FIRST)).json()["choices"][0]["message"]
    result = {"role": "tool", "tool_call_id": "call_1", "content": "sun"}
    second = await post(as_alice, FIRST, first, result)
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
    source = upstream.script("Let me see.", finish_reason=None)
    source.feed(Chunk(tool_calls=(ToolCallPiece(0, "call_1", "weather", "{}"),)))
    source.end("tool_calls")
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
    for answer in ("Red.", "Blue."):
        upstream.script(answer)
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


async def test_what_is_not_to_be_kept_is_gone_when_it_has_ended(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    upstream.script("Secret.")
    upstream.script("Secret too.")
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
