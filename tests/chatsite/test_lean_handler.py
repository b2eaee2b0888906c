"""The handler of the API: no thread per request, an abort reaches the view, every error has the one shape."""

import asyncio
import json
import threading

import pytest
from fakes import lean_views
from fakes.asgi_calls import Call, http_scope
from fakes.lean_views import Seen
from pytest_django import Settings

from chatsite.asgi_types import Receive, Scope, Send
from chatsite.late_errors import NoLateErrors
from chatsite.lean_handler import LeanHandler

app = NoLateErrors(LeanHandler())


@pytest.fixture(autouse=True)
def seen(settings: Settings) -> Seen:
    settings.ROOT_URLCONF = "fakes.lean_views"
    lean_views.seen = Seen()
    return lean_views.seen


def error_of(call: Call) -> dict[str, str]:
    assert call.headers["content-type"] == "application/json"
    error: dict[str, str] = json.loads(call.body)["error"]
    return error


async def until_open(seen: Seen, count: int) -> None:
    async with asyncio.timeout(5):
        while seen.streaming < count:
            await asyncio.sleep(0)


async def test_a_stream_is_sent_piece_by_piece_and_closed(seen: Seen) -> None:
    call = Call(app, http_scope("/api/stream"))
    await until_open(seen, 1)
    await asyncio.sleep(0)
    assert call.body == b"one "
    seen.go_on.set()
    await call.done()
    assert call.body == b"one two"
    assert call.sent[-1].get("more_body", False) is False
    assert seen.closed == 1


async def test_the_number_of_threads_does_not_grow_with_open_streams(seen: Seen) -> None:
    before = threading.active_count()
    calls = [Call(app, http_scope("/api/stream")) for _ in range(200)]
    await until_open(seen, 200)
    # Fewer is right too: those of an earlier test's pool may end meanwhile.
    assert threading.active_count() <= before
    seen.go_on.set()
    await asyncio.gather(*(call.done() for call in calls))
    assert threading.active_count() <= before


@pytest.mark.parametrize(("path", "where"), [("/api/stream", "stream"), ("/api/wait", "view")])
async def test_a_client_that_goes_cancels_what_answers_it(seen: Seen, path: str, where: str) -> None:
    call = Call(app, http_scope(path))
    await until_open(seen, 1)
    call.leave()
    await call.done()
    assert seen.cancelled == [where]


async def test_of_all_who_go_in_one_moment_none_is_unwound_before_each_has_left(seen: Seen) -> None:
    calls = [Call(app, http_scope("/api/followed")) for _ in range(3)]
    await until_open(seen, 3)
    for call in calls:
        call.leave()
    for call in calls:
        await call.done()
    assert seen.cancelled == ["one of 3 who left"] * 3


async def test_a_stream_is_closed_when_its_client_goes(seen: Seen) -> None:
    call = Call(app, http_scope("/api/stream"))
    await until_open(seen, 1)
    call.leave()
    await call.done()
    assert seen.closed == 1


async def test_a_server_that_cancels_leaves_no_task_behind(seen: Seen) -> None:
    before = asyncio.all_tasks()
    call = Call(app, http_scope("/api/stream"))
    await until_open(seen, 1)
    call.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call.task
    assert seen.cancelled == ["stream"]
    assert seen.closed == 1
    assert asyncio.all_tasks() == before


async def test_a_server_that_cancels_when_the_client_goes_is_obeyed(seen: Seen) -> None:
    call = Call(app, http_scope("/api/wait"))
    await until_open(seen, 1)
    call.leave()
    await asyncio.sleep(0)  # the client's going is read, and the view is about to learn of it
    call.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call.task
    assert seen.cancelled == ["view"]


@pytest.mark.parametrize("turns", range(4))
async def test_a_client_that_goes_as_the_answer_ends_cancels_nothing(seen: Seen, turns: int) -> None:
    call = Call(app, http_scope("/api/wait"))
    await until_open(seen, 1)
    call.leave()
    for _ in range(turns):
        await asyncio.sleep(0)
    seen.go_on.set()
    await call.done()
    assert call.task.cancelling() == 0


async def test_a_view_that_goes_on_without_its_client_leaves_its_task_as_it_was(seen: Seen) -> None:
    left: list[int] = []

    async def serving(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)
        task = asyncio.current_task()
        assert task is not None
        left.append(task.cancelling())

    for path in ("/api/wait", "/api/stubborn"):
        call = Call(serving, http_scope(path))
        await until_open(seen, 1)
        seen.streaming = 0
        call.leave()
        await call.done()
    assert left == [0, 0]
    assert call.body == b"all the same"


async def test_a_body_comes_whole_whatever_its_pieces() -> None:
    call = await Call(app, http_scope("/api/echo", method="POST"), b"a", b"", b"bc").done()
    assert call.body == b"abc"
    assert call.headers["content-length"] == "3"


async def test_a_client_that_goes_before_its_body_came_is_not_answered() -> None:
    call = Call(app, http_scope("/api/echo", method="POST"), b"a", b"b")
    call._queue.get_nowait()
    call._queue.get_nowait()
    call.leave()
    assert (await call.done()).sent == []


async def test_a_body_declared_too_large_is_413_and_not_read(settings: Settings) -> None:
    settings.CHAT_MAX_BODY_BYTES = 3
    call = await Call(app, http_scope("/api/echo", method="POST", content_length="4"), b"abcd").done()
    assert call.status == 413
    assert error_of(call)["code"] == "too_large"


async def test_a_body_that_grows_too_large_is_413(settings: Settings) -> None:
    settings.CHAT_MAX_BODY_BYTES = 3
    call = await Call(app, http_scope("/api/echo", method="POST"), b"ab", b"cd", b"ef").done()
    assert call.status == 413


async def test_no_limit_lets_everything_in(settings: Settings) -> None:
    settings.CHAT_MAX_BODY_BYTES = 0
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    call = await Call(app, http_scope("/api/echo", method="POST"), b"x" * 3_000_000).done()
    assert len(call.body) == 3_000_000


async def test_an_error_that_a_caller_may_see_keeps_its_status() -> None:
    call = await Call(app, http_scope("/api/conflict")).done()
    assert call.status == 409
    assert error_of(call)["message"] == "Somebody was first."


async def test_an_unknown_address_is_404_as_json() -> None:
    call = await Call(app, http_scope("/api/nothing")).done()
    assert call.status == 404
    assert error_of(call)["code"] == "not_found"


async def test_a_query_that_is_no_text_is_400() -> None:
    scope = http_scope("/api/echo")
    scope["query_string"] = b"\xff"
    call = await Call(app, scope).done()
    assert call.status == 400
    assert error_of(call)["type"] == "invalid_request_error"


async def test_a_view_that_breaks_is_500_without_its_reasons(caplog: pytest.LogCaptureFixture) -> None:
    call = await Call(app, http_scope("/api/broken")).done()
    assert call.status == 500
    assert b"secret" not in call.body
    assert "a secret of the server" in caplog.text


async def test_an_exception_after_the_start_does_not_escape(caplog: pytest.LogCaptureFixture) -> None:
    call = await Call(app, http_scope("/api/breaks_late")).done()
    assert [message["type"] for message in call.sent].count("http.response.start") == 1
    assert call.body == b"begun"
    assert call.sent[-1].get("more_body", False) is False
    assert "a secret of the server" in caplog.text
