"""A conversation is read with parents before children, also where clocks disagreed when its ids were made."""

from uuid import UUID

from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from chat.access.conversations import parents_first, read_conversation
from chat.ids import new_id
from chat.models import Conversation, Message


@st.composite
def forests(draw: st.DrawFn) -> list[Message]:
    """Messages in any order, each with any earlier drawn one, or none, as its parent."""
    drawn: list[Message] = []
    for _ in range(draw(st.integers(0, 12))):
        parent = draw(st.sampled_from([None, *drawn]))
        drawn.append(Message(id=new_id(), parent_id=None if parent is None else parent.id))
    return draw(st.permutations(drawn))


@given(forests())
def test_each_message_comes_once_and_after_its_parent(messages: list[Message]) -> None:
    rows = parents_first(messages)
    assert {row.id for row in rows} == {message.id for message in messages}
    assert len(rows) == len(messages)
    seen: set[UUID | None] = {None}
    for row in rows:
        assert row.parent_id in seen
        seen.add(row.id)


@given(forests())
def test_what_is_in_order_stays_as_it_is(messages: list[Message]) -> None:
    in_order = parents_first(messages)
    assert parents_first(in_order) == in_order


def test_a_reply_of_a_server_whose_clock_is_slow_comes_after_its_question(alice: User) -> None:
    row = Conversation.objects.create(owner=alice)
    earlier = new_id()
    question = Message.objects.create(conversation=row, role="user", content="1")
    Message.objects.create(id=earlier, conversation=row, parent=question, role="assistant", content="2")
    tree = read_conversation(alice.pk, row.pk)
    assert [message["content"] for message in tree["messages"]] == ["1", "2"]
