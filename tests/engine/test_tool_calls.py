"""Tool calls are put together from what providers send, each in its own way."""

from chat.chunks import ToolCallPiece as Piece
from chat.engine.tool_calls import MAX_CALLS, ToolCalls


def told(*pieces: Piece) -> list[tuple[str, str, str]]:
    calls = ToolCalls()
    calls.feed(pieces)
    return [(call["id"], call["function"]["name"], call["function"]["arguments"]) for call in calls.value()]


def test_arguments_are_joined_by_the_index_of_their_call() -> None:
    assert told(
        Piece(0, "a", "first", "{"),
        Piece(1, "b", "second", "["),
        Piece(0, arguments="}"),
        Piece(1, arguments="]"),
    ) == [("a", "first", "{}"), ("b", "second", "[]")]


def test_providers_that_give_no_index_are_understood_by_ids_and_names() -> None:
    assert told(
        Piece(None, "a", "first", "{"), Piece(None, arguments="}"), Piece(None, "b", "second", "{}")
    ) == [("a", "first", "{}"), ("b", "second", "{}")]
    assert told(Piece(None, "", "first", "{}"), Piece(None, "", "first", "[]")) == [
        ("", "first", "{}"),
        ("", "first", "[]"),
    ]


def test_one_index_for_all_calls_is_told_apart_by_their_ids() -> None:
    assert told(Piece(0, "a", "first", "{}"), Piece(0, "b", "second", "{}")) == [
        ("a", "first", "{}"),
        ("b", "second", "{}"),
    ]


def test_an_id_that_is_repeated_begins_nothing() -> None:
    assert told(Piece(0, "a", "first", "{"), Piece(0, "a", "", "}")) == [("a", "first", "{}")]


def test_a_reply_has_only_so_many_calls() -> None:
    assert len(told(*(Piece(index, str(index), "f") for index in range(MAX_CALLS + 5)))) == MAX_CALLS


def test_what_no_database_holds_is_replaced() -> None:
    assert told(Piece(0, "a\x00", "f", "\ud83d"), Piece(0, arguments="\ude00")) == [("a\ufffd", "f", "😀")]
