"""The streaming response over a follower: it leaves however it ends, and nothing escapes from it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from chat.events import Batch, Delta
from chat.service import Following
from chat.wire import sse, text
from chat.wire.pieces import LIMIT
from chat.wire.stream import Stream

REPLY = "0199e3f0-0000-7000-8000-000000000001"


class ScriptedFollowing:
    """Gives the batches it is made with; then waits, or raises what it is told to."""

    reply = REPLY

    def __init__(self, *batches: Batch, error: Exception | None = None) -> None:
        self._batches = batches
        self._error = error
        self.left = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[Batch]:
        for batch in self._batches:
            yield batch
        if self._error is not None:
            raise self._error
        await asyncio.Event().wait()

    def leave(self) -> None:
        self.left.set()


def delta(offset: int, piece: str) -> Batch:
    return Batch((Delta(REPLY, offset, piece),), "id")


def stream(following: ScriptedFollowing, encode: Any = sse.encode) -> Stream[Batch]:
    return Stream(cast(Following, following), encode, name=f"reply {REPLY}")


async def test_closing_what_was_never_begun_leaves_from_any_thread() -> None:
    following = ScriptedFollowing()
    await asyncio.to_thread(stream(following).close)
    await asyncio.wait_for(following.left.wait(), 1)


async def test_what_nobody_closes_leaves_when_it_is_dropped() -> None:
    following = ScriptedFollowing()
    dropped = stream(following)
    del dropped
    await asyncio.wait_for(following.left.wait(), 1)


async def test_a_client_that_goes_while_it_waits_leaves() -> None:
    following = ScriptedFollowing(delta(0, "Hi"))
    begun = asyncio.Event()

    async def send() -> None:
        async for _ in stream(following):
            begun.set()

    sending = asyncio.create_task(send())
    await begun.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await asyncio.wait_for(following.left.wait(), 1)


async def test_an_exception_ends_the_stream_and_does_not_leave_the_application(caplog: Any) -> None:
    following = ScriptedFollowing(delta(0, "Hi"), error=RuntimeError("broken"))
    assert len([piece async for piece in stream(following)]) == 1
    assert following.left.is_set()
    assert [record.message for record in caplog.records] == [f"the stream of reply {REPLY} broke"]


async def test_text_that_would_be_taken_back_ends_the_stream() -> None:
    following = ScriptedFollowing(delta(0, "lost"), delta(0, "another"))
    assert [piece async for piece in stream(following, text.Encoder().encode)] == [b"lost"]
    assert following.left.is_set()


async def test_a_large_write_is_cut_between_characters() -> None:
    long = "x" + "中" * LIMIT
    following = ScriptedFollowing(delta(0, long), error=RuntimeError("the end"))
    pieces = [piece.decode() async for piece in stream(following, text.Encoder().encode)]
    assert "".join(pieces) == long
    assert max(len(piece.encode()) for piece in pieces) <= LIMIT
