"""Streams: a reply, all that is live, a probe. Never save anything: replies have tasks for that."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from chat.api.forms import Form
from chat.events import Batch
from chat.log_marks import REPLY
from chat.service import Following, Refused
from chat.wire import live, probe, sse
from chat.wire.stream import STREAM_HEADERS, Pushing, Source, Stream


class StreamAnswer(StreamingHttpResponse):
    """Iterated, it is the stream itself: Django's own goes through two more generators for each write."""

    def __init__(self, stream: Stream[Any], *, pushing: Pushing[Any] | None = None, **options: Any) -> None:
        super().__init__(stream, **options)
        self._stream = stream
        self._pushing = pushing

    def write_by(self, write: Callable[[bytes], Awaitable[None]]) -> None:
        """What comes while whoever iterates waits is written so, in the step in which it came."""
        if self._pushing is not None:
            self._pushing.push = self._stream.writing_by(write)

    def close(self) -> None:
        """Without Django's signal that a request is over: nobody told that it began, and no thread of ours
        has what its receivers tidy."""
        self._stream.close()
        self.closed = True

    def leave(self) -> None:
        """The client went. The iteration is to be ended besides."""
        self._stream.leave()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._stream)


def ids_of(following: Following) -> dict[str, str]:
    """The headers that name what is followed."""
    return {"X-Conversation-Id": following.conversation, "X-Message-Id": following.reply}


def stream_answer(following: Following, form: Form) -> HttpResponseBase:
    """The reply as it comes; 204 where the client has had all of it, which stops an `EventSource`."""
    REPLY.set(following.reply)
    headers = ids_of(following)
    if following.finished:
        following.leave()
        return HttpResponse(status=204, headers=headers)
    return StreamAnswer(
        Stream(following, form.encoder(following), name=f"reply {following.reply}"),
        pushing=following,
        content_type=form.content_type,
        headers=STREAM_HEADERS | headers,
    )


def live_answer(source: Source[Batch | Refused]) -> HttpResponseBase:
    """All that is live, as it comes."""
    return StreamAnswer(
        Stream(source, _encode_live, name="all that is live", opening=live.OPENING),
        content_type=sse.CONTENT_TYPE,
        headers=STREAM_HEADERS,
    )


def probe_answer(source: Source[probe.Said], form: str) -> HttpResponseBase:
    """A stream to try the way with."""
    return StreamAnswer(
        Stream(source, partial(probe.encode, form=form), name="a probe"),
        content_type=probe.CONTENT_TYPES[form],
        headers=STREAM_HEADERS,
    )


def _encode_live(item: Batch | Refused) -> bytes:
    if isinstance(item, Refused):
        return live.refusal(item.reply, item.error.as_dict())
    return live.encode(item)


def come_back_answer() -> HttpResponse:
    """200, and nothing but the time to come back in: an error would end an `EventSource` for good."""
    return HttpResponse(sse.RETRY, content_type=sse.CONTENT_TYPE, headers=STREAM_HEADERS)
