"""What happens around the frames: leaving, other users, limits, titles, restarts."""

import asyncio

from django.contrib.auth.models import User
from fakes.fed_upstream import FedUpstream
from fakes.socket_client import OpenSocket, SocketClient
from pytest_django import Settings

from chat import service
from chat.audit.log import SERVER
from chat.auth.caller import Caller
from chat.auth.keys import revoke_keys
from chat.database import in_database
from chat.models import ApiKey, Message
from chat.service.listeners import end_revoked_listeners
from chat.ws import codes, open_sockets


async def status_of(reply: str) -> str:
    return (await in_database(Message.objects.get, id=reply)).status


async def ended(reply: str, alice: User) -> str:
    """The status, once it is one that is an end."""
    following = await service.follow(Caller(alice.pk, "key"), reply)
    return str((await service.whole_message(following))["status"])


async def test_closing_the_socket_is_the_abort(
    upstream: FedUpstream, socket: SocketClient, alice: User
) -> None:
    source = upstream.script("Hello", finish_reason=None)
    reply = (await socket.ask())["reply"]
    await socket.hear_text(5)
    await socket.close()
    await source.closed.wait()
    assert await ended(reply, alice) == "interrupted"


async def test_closing_before_the_first_frame_was_sent_is_leaving_too(
    upstream: FedUpstream, socket: SocketClient
) -> None:
    source = upstream.script("Hello", finish_reason=None)
    await socket.say(type="send", content="Hi")
    await socket.close()
    await source.closed.wait()


async def test_closing_leaves_a_message_that_is_awaited(upstream: FedUpstream, socket: SocketClient) -> None:
    source = upstream.script("Hello", finish_reason=None)
    await socket.say(type="send", content="Hi", stream=False)
    await source.opened.wait()
    await socket.close()
    await source.closed.wait()


async def test_a_resume_window_outlives_the_socket(upstream: FedUpstream, open_socket: OpenSocket) -> None:
    source = upstream.script("Hello", finish_reason=None)
    first = await open_socket()
    reply = (await first.ask(resume_window=30))["reply"]
    seen = (await first.hear())["id"]
    await first.close()
    source.text(", world")
    source.end()
    second = await open_socket()
    await second.say(type="follow", reply=reply, last_event_id=seen)
    frames = await second.hear_until("end")
    assert frames[1]["offset"] == 5
    assert frames[-1]["status"] == "complete"


async def test_two_sockets_follow_the_same_reply(upstream: FedUpstream, open_socket: OpenSocket) -> None:
    source = upstream.script("Hello", finish_reason=None)
    first, second = await open_socket(), await open_socket()
    reply = (await first.ask())["reply"]
    await second.say(type="follow", reply=reply)
    await second.hear_until("delta")
    await first.close()
    source.text(" you")
    source.end()
    assert (await second.hear_until("end"))[-1]["status"] == "complete"


async def test_another_users_reply_is_not_there(
    upstream: FedUpstream, open_socket: OpenSocket, bobs_key: str
) -> None:
    upstream.script("Hello", finish_reason=None)
    alice, bob = await open_socket(), await open_socket(bobs_key)
    reply = (await alice.ask(resume_window=None))["reply"]
    for frame in (
        {"type": "follow", "reply": reply},
        {"type": "stop", "reply": reply},
        {"type": "regenerate", "message": reply},
        {"type": "continue", "message": reply},
    ):
        await bob.say(**frame)
        assert (await bob.hear())["error"]["code"] == "not_found"
    assert await status_of(reply) == "streaming"


async def test_asking_counts_as_requests_and_following_does_not(
    upstream: FedUpstream, socket: SocketClient, settings: Settings
) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE = 1
    upstream.script("Hello")
    reply = (await socket.ask())["reply"]
    await socket.hear_until("end")
    await socket.say(type="send", ref=1, content="More")
    refused = await socket.hear()
    assert refused["error"]["type"] == "rate_limit_error"
    assert 0 < refused["retry_after"] <= 60
    await socket.say(type="follow", reply=reply)
    await socket.hear_until("end")
    await socket.say(type="stop", reply=reply)
    assert (await socket.hear())["type"] == "ack"


async def test_a_title_comes_once_also_after_the_end(
    upstream: FedUpstream, socket: SocketClient, settings: Settings
) -> None:
    settings.CHAT_AUTO_TITLE = True
    upstream.title_of = lambda question: "A greeting"
    source = upstream.script("Hello", finish_reason=None)
    conversation = (await socket.ask())["conversation"]
    frames = await socket.hear_until("title")
    assert frames[-1] == {"type": "title", "conversation": conversation, "title": "A greeting"}
    source.end()
    rest = await socket.hear_until("end")
    assert all(frame["type"] != "title" for frame in rest)
    assert await socket.hears_nothing()


async def test_who_watches_is_told_of_changes_that_others_make(
    upstream: FedUpstream, open_socket: OpenSocket, bobs_key: str, alice: User
) -> None:
    upstream.script("Hello")
    watching, plain, bobs = [await open_socket(), await open_socket(), await open_socket(bobs_key)]
    for socket in (watching, bobs):
        await socket.say(type="watch", ref=1)
        assert await socket.hear() == {"type": "ack", "ref": 1}
    conversation = (await plain.ask())["conversation"]
    changed = {"type": "changed", "conversation": conversation}
    assert await watching.hear() == changed  # it began
    assert (await plain.hear_until("end"))[-1]["status"] == "complete"
    assert await watching.hear() == changed  # it ended
    await service.change_conversation(Caller(alice.pk, "key"), conversation, {"title": "Mine"})
    assert await watching.hear() == changed
    await service.delete_conversation(Caller(alice.pk, "key"), conversation)
    assert await watching.hear() == changed
    assert await plain.hears_nothing()
    assert await bobs.hears_nothing()


async def test_a_revoked_key_ends_what_is_followed(
    upstream: FedUpstream, socket: SocketClient, alices_key: str
) -> None:
    upstream.script("Hello", finish_reason=None)
    await socket.ask()
    await socket.hear_text(5)
    await in_database(revoke_keys, SERVER, ApiKey.objects.filter(prefix=alices_key[:12]))
    await end_revoked_listeners()
    assert await socket.hear_close() == codes.CREDENTIALS
    assert await socket.hears_nothing()


async def test_at_a_restart_the_end_comes_before_the_close(
    upstream: FedUpstream, socket: SocketClient
) -> None:
    upstream.script("Hello", finish_reason=None)
    await socket.ask(resume_window=None)
    await socket.hear_text(5)
    await service.drain()
    await open_sockets.close_all(codes.RESTART)
    assert (await socket.hear())["status"] == "interrupted"
    assert await socket.hear_close() == codes.RESTART
    await socket.close()


async def test_what_was_deleted_is_told(upstream: FedUpstream, socket: SocketClient, alice: User) -> None:
    upstream.script("Hello", finish_reason=None)
    start = await socket.ask(resume_window=None)
    await socket.hear_text(5)
    await service.delete_conversation(Caller(alice.pk, "key"), start["conversation"])
    end = await socket.hear()
    assert (end["type"], end["status"], end["error"]["code"]) == ("end", "stopped", "deleted")


async def test_nothing_is_left_when_the_last_socket_closes(
    upstream: FedUpstream, open_socket: OpenSocket
) -> None:
    sockets = [await open_socket() for _ in range(3)]
    upstream.script("Hello", finish_reason=None)
    await sockets[0].ask()
    for socket in sockets:
        await socket.close()
    names = {task.get_name().split()[0] for task in asyncio.all_tasks()}
    assert names.isdisjoint({"socket", "follow"})
