"""Who may open a socket, and the code that the others see."""

import asyncio

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from fakes.fed_upstream import FedUpstream
from fakes.socket_client import Headers, SocketClient, bearer
from pytest_django import Settings

from chat import service
from chat.audit.log import SERVER
from chat.auth.keys import create_key, revoke_keys
from chat.database import in_database
from chat.models import ApiKey, GroupLimits
from chat.quota import Quota
from chat.service.listeners import end_revoked_listeners
from chat.ws import codes

OWN = (b"origin", b"http://testserver")
FOREIGN = (b"origin", b"https://evil.example")
PARTNER = (b"origin", b"https://partner.example")


@pytest.fixture
async def cookie(alice: User, transactional_db: None) -> tuple[bytes, bytes]:
    """The header of Alice's session."""
    browser = Client()
    await in_database(browser.force_login, alice)
    return (b"cookie", f"sessionid={browser.cookies['sessionid'].value}".encode())


@pytest.fixture(autouse=True)
def partner(settings: Settings) -> None:
    settings.CHAT_CORS_ORIGINS = ["https://partner.example"]


async def is_open(client: SocketClient) -> bool:
    """Whether the socket that was just accepted stays open."""
    await client.say(type="ping")
    heard = await client.hear() == {"type": "pong"}
    await client.close()
    return heard


async def refusal(headers: Headers, subprotocols: list[str] | None = None) -> int:
    client = SocketClient(headers, subprotocols)
    await client.connect()
    code = await client.hear_close()
    await client.close()
    return code


async def test_a_session_opens_it_from_our_own_page(
    upstream: FedUpstream, cookie: tuple[bytes, bytes]
) -> None:
    client = SocketClient([cookie, OWN])
    await client.connect()
    assert await is_open(client)


@pytest.mark.parametrize("origin", [[FOREIGN], [PARTNER], [], [OWN, FOREIGN], [(b"origin", b"null")]])
async def test_a_session_opens_it_from_nowhere_else(
    upstream: FedUpstream, cookie: tuple[bytes, bytes], origin: Headers
) -> None:
    assert await refusal([cookie, *origin]) == codes.ORIGIN


@pytest.mark.parametrize("origin", [[], [OWN], [PARTNER]])
async def test_a_key_as_subprotocol_opens_it_from_allowed_origins(
    upstream: FedUpstream, alices_key: str, origin: Headers
) -> None:
    client = SocketClient(origin, ["chat.v1", f"bearer.{alices_key}"])
    assert await client.connect() == "chat.v1"
    assert await is_open(client)


async def test_a_key_as_subprotocol_does_not_open_it_from_elsewhere(
    upstream: FedUpstream, alices_key: str
) -> None:
    assert await refusal([FOREIGN], ["chat.v1", f"bearer.{alices_key}"]) == codes.ORIGIN


async def test_the_key_is_never_sent_back(upstream: FedUpstream, alices_key: str) -> None:
    client = SocketClient(subprotocols=[f"bearer.{alices_key}"])
    assert await client.connect() is None
    assert await is_open(client)


@pytest.mark.parametrize("origin", [[], [OWN], [FOREIGN]])
async def test_a_program_with_a_key_opens_it_whatever_its_origin(
    upstream: FedUpstream, alices_key: str, origin: Headers
) -> None:
    client = SocketClient([*bearer(alices_key), *origin])
    await client.connect()
    assert await is_open(client)


async def test_without_credentials_it_is_closed(upstream: FedUpstream) -> None:
    assert await refusal([]) == codes.CREDENTIALS
    assert await refusal([OWN, (b"cookie", b"sessionid=nobody")]) == codes.CREDENTIALS


async def test_a_bad_key_is_not_helped_by_a_good_cookie(
    upstream: FedUpstream, cookie: tuple[bytes, bytes]
) -> None:
    assert await refusal([cookie, OWN, *bearer("chat-no")]) == codes.CREDENTIALS
    assert await refusal([cookie, OWN], ["chat.v1", "bearer.chat-no"]) == codes.CREDENTIALS


async def test_what_a_refused_socket_sends_is_not_answered(upstream: FedUpstream) -> None:
    client = SocketClient()
    await client.connect()
    assert await client.hear_close() == codes.CREDENTIALS
    await client.say(type="ping")
    assert await client.hears_nothing()
    await client.close()


async def test_one_user_opens_only_so_many(
    upstream: FedUpstream, alices_key: str, bobs_key: str, settings: Settings
) -> None:
    settings.CHAT_MAX_SOCKETS_PER_USER = 1
    first = SocketClient(bearer(alices_key))
    await first.connect()
    await first.say(type="ping")
    await first.hear()
    assert await refusal(bearer(alices_key)) == codes.TOO_MANY
    bob = SocketClient(bearer(bobs_key))
    await bob.connect()
    assert await is_open(bob)
    await first.close()
    again = SocketClient(bearer(alices_key))
    await again.connect()
    assert await is_open(again)


async def test_a_key_opens_only_as_many_as_it_may(
    upstream: FedUpstream, alice: User, alices_key: str, settings: Settings
) -> None:
    settings.CHAT_MAX_SOCKETS_PER_USER = 0
    little = (await in_database(create_key, alice, quota=Quota(sockets=1)))[1]
    first = SocketClient(bearer(little))
    await first.connect()
    await first.say(type="ping")
    await first.hear()
    assert await refusal(bearer(little)) == codes.TOO_MANY
    by_another = SocketClient(bearer(alices_key))
    await by_another.connect()
    assert await is_open(by_another)
    await first.close()


async def test_a_revoked_key_closes_an_idle_socket(
    upstream: FedUpstream, alices_key: str, bobs_key: str
) -> None:
    alice, bob = SocketClient(bearer(alices_key)), SocketClient(bearer(bobs_key))
    await alice.connect()
    await bob.connect()
    await alice.say(type="ping")
    await alice.hear()
    await in_database(revoke_keys, SERVER, ApiKey.objects.filter(prefix=alices_key[:12]))
    await end_revoked_listeners()
    assert await alice.hear_close() == codes.CREDENTIALS
    assert await is_open(bob)
    await alice.close()


async def test_a_server_that_drains_sends_new_sockets_away(upstream: FedUpstream, alices_key: str) -> None:
    client = SocketClient(bearer(alices_key))
    await client.connect()
    upstream.script("Hello", finish_reason=None)
    await client.ask(resume_window=None)
    draining = asyncio.create_task(service.drain())
    while not service.draining():
        await asyncio.sleep(0)
    assert await refusal(bearer(alices_key)) == codes.RESTART
    await draining
    await client.close()


async def test_other_addresses_have_no_socket(upstream: FedUpstream, alices_key: str) -> None:
    client = SocketClient(bearer(alices_key), path="/ws/other/")
    with pytest.raises(AssertionError):
        await client.connect()


async def test_a_page_of_another_user_opens_none_with_this_ones_session(
    upstream: FedUpstream, cookie: tuple[bytes, bytes], alice: User, bob: User
) -> None:
    own = SocketClient([cookie, OWN], path=f"/ws/chat/?page_of={alice.pk}")
    await own.connect()
    assert await is_open(own)
    others = SocketClient([cookie, OWN], path=f"/ws/chat/?page_of={bob.pk}")
    await others.connect()
    assert await others.hear_close() == codes.CREDENTIALS
    await others.close()


async def test_what_a_group_allows_from_now_on_holds_on_an_open_socket(
    upstream: FedUpstream, alice: User, alices_key: str
) -> None:
    socket = SocketClient(bearer(alices_key))
    await socket.connect()
    await socket.say(type="ping")
    await socket.hear()
    await in_database(limit_group_of, alice)
    await end_revoked_listeners()
    await socket.say(type="send", content="Hello", ref=1)
    refused = await socket.hear()
    assert (refused["type"], refused["error"]["code"]) == ("error", "text_too_long")
    await socket.close()
    assert upstream.calls == []


def limit_group_of(user: User) -> None:
    group = Group.objects.create(name="Small")
    GroupLimits.objects.create(group=group, message_chars=4)
    user.groups.add(group)
