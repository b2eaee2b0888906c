"""A client sends its whole history with each call: it lands in one conversation, on the right branch."""

import pytest
from api.openai.calls import abandoned, answering, assistant, post, said, tree, user
from api.reading import error_of
from django.contrib.auth.models import User
from django.db import connection
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext
from fakes.fed_upstream import FedUpstream

from chat.actions.histories import find_place
from chat.database import in_database
from chat.models import Conversation, Message
from chat.portable.openai_history import read_history

FIRST = user("First?")


async def test_a_growing_history_lands_in_one_conversation(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    answering(upstream, "One.", "Two.", "Three.")
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
    answering(upstream, "One.", "Two.", "Other.")
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
    answering(upstream, "One.", "Two.", "Two again.")
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
    answering(upstream, "One.", "Left.", "Right.", "On.")
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
    await abandoned(await post(as_alice, FIRST, stream=True), source)
    answering(upstream, "More.", "Most.")
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


async def test_an_answer_that_the_client_wrote_itself_is_kept_as_it_says(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    answering(upstream, "One.", "Two.", "Three.")
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
    answering(upstream, "One.", "Two.")
    await said(as_alice, FIRST)
    await said(as_alice, FIRST, assistant("An example."), user("Second?"))
    assert [len(messages) for _, messages in await tree()] == [2, 4]


async def test_examples_before_a_question_are_no_conversation_that_goes_on(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    """A program that sends the same examples each time fills no conversation with branches."""
    answering(upstream, "One.", "Two.", "Three.", "On.")
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
    answering(upstream, "One.", "Two.")
    first = await post(as_alice, FIRST)
    named = {"X-Conversation-Id": first["X-Conversation-Id"]}
    second = await post(as_alice, user("Another beginning"), headers=named)
    assert second["X-Conversation-Id"] == first["X-Conversation-Id"]
    [(_, messages)] = await tree()
    assert [depth for depth, _, _ in messages] == [0, 1, 0, 1]


async def test_nobody_goes_on_with_what_is_anothers(
    as_alice: AsyncClient, as_bob: AsyncClient, upstream: FedUpstream
) -> None:
    answering(upstream, "One.", "Two.")
    first = await post(as_alice, FIRST)
    await said(as_bob, FIRST, assistant("One."), user("Second?"))
    assert [len(messages) for _, messages in await tree()] == [2, 4]
    named = {"X-Conversation-Id": first["X-Conversation-Id"]}
    answer = await post(as_bob, FIRST, headers=named)
    assert answer.status_code == 404
    error_of(answer)
