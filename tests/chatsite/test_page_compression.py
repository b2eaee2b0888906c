"""Pages are compressed, and a stream arrives whole: as it was made."""

from collections.abc import AsyncIterator

from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from chatsite.page_compression import PageCompression

ASKED = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
COMPRESSION = PageCompression(lambda request: HttpResponse())


def test_a_page_is_compressed() -> None:
    answer = COMPRESSION.process_response(ASKED, HttpResponse("word " * 1000))
    assert answer.headers["Content-Encoding"] == "gzip"


def test_a_stream_is_left_as_it_is() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"word " * 1000
        yield b"word " * 1000

    answer = COMPRESSION.process_response(ASKED, StreamingHttpResponse(pieces()))
    assert "Content-Encoding" not in answer.headers
