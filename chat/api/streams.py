"""Streaming responses: a reply, or all that is live. Never save anything: a reply has a task for that."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Generic, Protocol, TypeVar

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from chat.api.forms import Form
from chat.events import Batch
from chat.service import Following, Refused
from chat.wire import live, sse
from chat.wire.pieces import pieces
from chat.wire.restart import StartedAgain

logger = logging.getLogger(__name__)

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

# `no-transform`: development servers that compress would hold a stream back.
# `X-Accel-Buffering`: nginx would collect it.
_STREAM_HEADERS = {"Cache-Control": "no-cache, no-transform, no-store", "X-Accel-Buffering": "no"}


class Source(Protocol[T_co]):
    """What a stream is made of."""

    def __aiter__(self) -> AsyncIterator[T_co]: ...

    def leave(self) -> None:
        """The client went. Leaving twice is leaving once."""


class Stream(Generic[T]):
    """The bytes for one client, and the certainty that its follower leaves, however the response ends.

    A generator alone would not do: one that was never begun runs no `finally`. Django calls `close`
    of whatever it was given to stream.
    """

    def __init__(
        self, source: Source[T], encode: Callable[[T], bytes], *, name: str, opening: bytes = b""
    ) -> None:
        self._name = name
        self._source = source
        self._encode = encode
        self._opening = opening
        self._loop = asyncio.get_running_loop()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            if self._opening:
                yield self._opening
            async with aclosing(aiter(self._source)) as batches:  # type: ignore[type-var]
                async for batch in batches:
                    for piece in pieces(self._encode(batch)):
                        yield piece
        except StartedAgain:
            return
        except Exception:
            # An exception that leaves the application after the response began breaks Daphne's
            # own clean-up. The client sees a stream without an end, and comes back.
            logger.exception("the stream of %s broke", self._name)
        finally:
            self._source.leave()

    def close(self) -> None:
        """Leave. From any thread: Django closes responses in one of its own."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._source.leave)

    def __del__(self) -> None:
        # A client that goes between the view and the handler: nobody begins or closes the response.
        self.close()


def ids_of(following: Following) -> dict[str, str]:
    """The headers that name what is followed."""
    return {"X-Conversation-Id": following.conversation, "X-Message-Id": following.reply}


def stream_answer(following: Following, form: Form) -> HttpResponseBase:
    """The reply as it comes; 204 where the client has had all of it, which stops an `EventSource`."""
    headers = ids_of(following)
    if following.finished:
        following.leave()
        return HttpResponse(status=204, headers=headers)
    return StreamingHttpResponse(
        Stream(following, form.encoder(following), name=f"reply {following.reply}"),
        content_type=form.content_type,
        headers=_STREAM_HEADERS | headers,
    )


def live_answer(source: Source[Batch | Refused]) -> HttpResponseBase:
    """All that is live, as it comes."""
    return StreamingHttpResponse(
        Stream(source, _encode_live, name="all that is live", opening=live.OPENING),
        content_type=sse.CONTENT_TYPE,
        headers=_STREAM_HEADERS,
    )


def _encode_live(item: Batch | Refused) -> bytes:
    if isinstance(item, Refused):
        return live.refusal(item.reply, item.error.as_dict())
    return live.encode(item)


def come_back_answer() -> HttpResponse:
    """200, and nothing but the time to come back in: an error would end an `EventSource` for good."""
    return HttpResponse(sse.RETRY, content_type=sse.CONTENT_TYPE, headers=_STREAM_HEADERS)
