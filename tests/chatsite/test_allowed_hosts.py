"""Under which names the server answers: a name that a stranger points at it is none of them."""

import json

import pytest
from fakes.asgi_calls import Call, http_scope
from pytest_django import Settings

from chatsite.asgi_types import Receive, Scope, Send
from chatsite.hosts import AllowedHosts, is_allowed, names_of_this_machine


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def home_network(settings: Settings) -> None:
    settings.CHAT_HOME_NETWORK, settings.ALLOWED_HOSTS = True, ["*"]


@pytest.mark.usefixtures("home_network")
@pytest.mark.parametrize(
    "host", ["192.168.1.5", "192.168.1.5:8000", "[fd00::1]:8000", "localhost:8000", *names_of_this_machine()]
)
def test_a_home_network_may_use_any_address_and_the_names_of_this_machine(host: str) -> None:
    assert is_allowed(host)


@pytest.mark.usefixtures("home_network")
@pytest.mark.parametrize(
    "host", ["evil.example.org", "evil.example.org:8000", "", "192.168.1.5.evil.example.org", "[::1"]
)
def test_a_home_network_is_not_to_be_rebound(host: str) -> None:
    assert not is_allowed(host)


async def test_another_name_is_400_in_the_shape_of_all_errors() -> None:
    call = await Call(AllowedHosts(inside), http_scope(host="evil.example.org")).done()
    assert call.status == 400
    assert json.loads(call.body)["error"]["code"] == "unknown_host"


async def test_a_socket_under_another_name_is_refused() -> None:
    scope = http_scope(host="evil.example.org")
    scope["type"] = "websocket"
    call = await Call(AllowedHosts(inside), scope).done()
    assert [message["type"] for message in call.sent] == ["websocket.close"]


@pytest.mark.parametrize("headers", [{"host": "127.0.0.1:8000"}, {"host": "LOCALHOST"}, {}])
async def test_our_own_names_get_in(headers: dict[str, str]) -> None:
    assert (await Call(AllowedHosts(inside), http_scope(**headers)).done()).status == 200


async def test_two_names_at_once_are_400_and_nothing_for_the_log(caplog: pytest.LogCaptureFixture) -> None:
    scope = http_scope(host="127.0.0.1:8000")
    scope["headers"].append((b"Host", b"127.0.0.1:8000"))
    call = await Call(AllowedHosts(inside), scope).done()
    assert call.status == 400
    assert caplog.records == []
