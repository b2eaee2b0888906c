"""Each request has an id, is timed and counted by its edge, and with JSON has a line in the log."""

import asyncio
import json
import logging

import pytest
from fakes.asgi_calls import Call, http_scope
from pytest_django import Settings

from chat.log_marks import REQUEST
from chat.metrics import requests
from chat.metrics.registry import REGISTRY
from chatsite.asgi_types import Message, Receive, Scope, Send
from chatsite.watching.watched import Watched


async def short(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"no"})


def counted(edge: str, status: str) -> float:
    return REGISTRY.get_sample_value("chat_request_seconds_count", {"edge": edge, "status": status}) or 0.0


@pytest.mark.parametrize("given", ["abc-1", "0af7651916cd43dd8448eb211c80319c", "Root=1-67891233-abcdef"])
async def test_a_fit_id_is_kept_and_answered(given: str) -> None:
    call = await Call(Watched(short), http_scope("/", x_request_id=given)).done()
    assert call.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "a b", 'a"b', "a\tb", "x" * 129, "é", "<script>"])
async def test_an_unfit_id_is_replaced(given: str) -> None:
    call = await Call(Watched(short), http_scope("/", x_request_id=given)).done()
    made = call.headers["x-request-id"]
    assert made != given
    assert len(made) == 16


async def test_a_sockets_handshake_has_its_id_too() -> None:
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept", "subprotocol": "chat.v1", "headers": [(b"a", b"b")]})

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {**http_scope("/ws/chat/", x_request_id="first"), "type": "websocket"}
    await Watched(app)(scope, asyncio.Event().wait, send)  # type: ignore[arg-type]
    headers = [(b"a", b"b"), (b"x-request-id", b"first")]
    assert sent == [{"type": "websocket.accept", "subprotocol": "chat.v1", "headers": headers}]


async def test_what_a_request_sets_going_bears_its_id_and_the_next_one_does_not() -> None:
    seen: list[str | None] = []

    async def note() -> None:
        seen.append(REQUEST.get())

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.create_task(note())
        await short(scope, receive, send)

    await Watched(app)(http_scope("/", x_request_id="first"), asyncio.Event().wait, _nowhere)  # type: ignore[arg-type]
    assert seen == ["first"]
    assert REQUEST.get() is None


async def _nowhere(message: object) -> None: ...


@pytest.mark.parametrize(
    ("path", "edge"),
    [
        ("/api/v1/models", "api"),
        ("/api/v1/live", "live"),
        ("/v1/models", "openai"),
        ("/c/1", "page"),
        ("/admin/", "admin"),
    ],
)
async def test_requests_are_counted_by_edge_and_class_of_status(path: str, edge: str) -> None:
    before = counted(edge, "4xx")
    await Call(Watched(short), http_scope(path)).done()
    assert counted(edge, "4xx") == before + 1


async def test_one_whose_client_went_before_the_answer_is_counted_as_gone() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()

    before = counted("page", "gone")
    await Call(Watched(app), http_scope("/")).done()
    assert counted("page", "gone") == before + 1


async def test_what_machines_ask_is_not_counted() -> None:
    before = counted("page", "4xx")
    call = await Call(Watched(short), http_scope("/healthz")).done()
    assert counted("page", "4xx") == before
    assert "x-request-id" not in call.headers


async def test_a_stream_is_open_until_it_ends_however_it_does() -> None:
    opened, end = asyncio.Event(), asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"Content-Type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        opened.set()
        await end.wait()
        raise RuntimeError("cut")

    call = Call(Watched(app), http_scope("/api/v1/chat"))
    await opened.wait()
    assert requests.streams["api", "sse"] == 1
    end.set()
    with pytest.raises(RuntimeError):
        await call.done()
    assert requests.streams["api", "sse"] == 0


async def test_a_socket_is_open_while_its_application_runs() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert requests.sockets["websocket"] == 1

    await Call(Watched(app), {**http_scope("/ws/chat/"), "type": "websocket"}).done()
    assert requests.sockets["websocket"] == 0


async def test_with_json_each_request_has_a_line(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CHAT_LOG_FORMAT = "json"
    caplog.set_level(logging.INFO, "chat.access")
    scope = {**http_scope("/api/v1/chat", x_request_id="abc"), "query_string": b"format=sse"}
    await Call(Watched(short), scope).done()
    (record,) = caplog.records
    assert record.getMessage() == "GET /api/v1/chat?format=sse"
    assert record.__dict__["status"] == 404
    assert record.__dict__["client"] == "203.0.113.9"
    assert json.dumps(record.__dict__["seconds"])
