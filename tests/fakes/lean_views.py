"""A few addresses for the lean handler's tests: a stream that waits, and views that fail at each point."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path

from chat.api.streams import StreamAnswer
from chat.errors import Conflict
from chat.wire import stream as wire


@dataclass
class Seen:
    """What happened inside the views, for the test that called them."""

    streaming: int = 0
    cancelled: list[str] = field(default_factory=list)
    left: int = 0
    closed: int = 0
    go_on: asyncio.Event = field(default_factory=asyncio.Event)


seen = Seen()


class Stream:
    """What a response streams: Django closes it with the response."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        seen.streaming += 1
        try:
            yield b"one "
            await seen.go_on.wait()
            yield b"two"
        except asyncio.CancelledError:
            seen.cancelled.append("stream")
            raise

    def close(self) -> None:
        seen.closed += 1


class Source:
    """What is followed."""

    def __init__(self) -> None:
        self._left = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        seen.streaming += 1
        try:
            yield b"one "
            await seen.go_on.wait()
        except asyncio.CancelledError:
            seen.cancelled.append(f"one of {seen.left} who left")
            raise

    def leave(self) -> None:
        seen.left += not self._left
        self._left = True


async def followed(request: HttpRequest) -> StreamingHttpResponse:
    return StreamAnswer(wire.Stream(Source(), bytes, name="what is followed"))


async def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(Stream())


async def wait(request: HttpRequest) -> HttpResponse:
    seen.streaming += 1
    try:
        await seen.go_on.wait()
    except asyncio.CancelledError:
        seen.cancelled.append("view")
        raise
    return HttpResponse("waited")


async def stubborn(request: HttpRequest) -> HttpResponse:
    with suppress(asyncio.CancelledError):
        await wait(request)
    return HttpResponse("all the same")


async def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.body, content_type="text/plain")


async def conflict(request: HttpRequest) -> HttpResponse:
    raise Conflict("Somebody was first.")


async def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret of the server")


async def breaks_late(request: HttpRequest) -> StreamingHttpResponse:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"begun"
        raise RuntimeError("a secret of the server")

    return StreamingHttpResponse(pieces())


urlpatterns = [
    path(f"api/{view.__name__}", view)
    for view in (stream, followed, wait, stubborn, echo, conflict, broken, breaks_late)
]
