"""The reading side of a remote follow: offsets, gaps and silence."""

import asyncio

import pytest

from chat.ids import new_id
from chat.relay import Piece
from chat.relay.remote_follow import RemoteFollow


def following(reasoning: int = 0, text: int = 0) -> RemoteFollow:
    return RemoteFollow(new_id(), new_id(), new_id(), reasoning=reasoning, text=text, now=0.0)


def text(offset: int, piece: str, *, place: int | None = None) -> Piece:
    return Piece(0, "", offset, piece, place)


async def test_what_came_since_the_last_time_is_taken_as_one_piece() -> None:
    follow = following(text=2)
    for offset, piece in ((2, "日本"), (4, "語"), (5, "👩‍🚀")):
        assert follow.receive(text(offset, piece))
    assert await anext(follow) == text(2, "日本語👩‍🚀")


async def test_an_overlap_is_cut() -> None:
    follow = following()
    follow.receive(text(0, "one two"))
    follow.receive(text(4, "two three"))
    assert await anext(follow) == text(0, "one two three")


async def test_a_gap_is_asked_for_once_from_where_the_reader_stands() -> None:
    follow = following()
    follow.receive(text(0, "one "))
    assert not follow.receive(text(8, "three "))
    assert follow.receive(text(14, "four")), "on its way behind the lost one: not asked for again"
    want = follow.want(new_id(), 1.0)
    assert (want.again, want.text) == (True, 4)
    follow.receive(text(4, "two three four"))
    assert await anext(follow) == text(0, "one two three four")
    assert not follow.want(new_id(), 2.0).again


async def test_an_empty_piece_shows_that_the_last_one_was_lost() -> None:
    follow = following()
    follow.receive(text(0, "one "))
    assert not follow.receive(text(8, ""))


async def test_a_gap_in_the_reasoning_is_a_gap() -> None:
    follow = following()
    assert not follow.receive(Piece(3, "hm", 0, ""))


async def test_the_place_in_a_queue_is_told_when_it_changes() -> None:
    follow = following()
    follow.receive(text(0, "", place=2))
    assert await anext(follow) == text(0, "", place=2)
    follow.receive(text(0, "", place=2))
    follow.receive(text(0, "a"))
    assert await anext(follow) == text(0, "a", place=2)


async def test_a_title_is_told_with_the_next_piece_and_stays() -> None:
    follow = following()
    follow.receive(Piece(0, "", 0, "", title="Chess"))
    assert await anext(follow) == Piece(0, "", 0, "", title="Chess")
    follow.receive(text(0, "a"))
    assert await anext(follow) == Piece(0, "", 0, "a", title="Chess")


async def test_what_had_come_is_taken_before_the_end() -> None:
    follow = following()
    follow.receive(text(0, "last"))
    follow.over()
    assert await anext(follow) == text(0, "last")
    for _ in range(2):
        with pytest.raises(StopAsyncIteration):
            await anext(follow)


async def test_silence_is_told_once() -> None:
    follow = following()
    follow.silence()
    assert await anext(follow) is None
    waiting = asyncio.ensure_future(anext(follow))
    await asyncio.sleep(0)
    assert not waiting.done()
    follow.receive(text(0, "back"))
    assert await waiting == text(0, "back")
