"""News of conversations: who is told what, in this process and by another."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end

from chat import service
from chat.auth.caller import Caller
from chat.database import in_database
from chat.events import Changed, Title
from chat.models import Message
from chat.service.news import News, as_message, read_message
from chat.service.reaper import STRAY_SECONDS, Reaper
from chat.service.requests import Again, Ask
from chat.service.runtime import runtime


class Heard:
    """A listener that keeps what it is told."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self._news: asyncio.Queue[News] = asyncio.Queue()

    def tell(self, news: News) -> None:
        self._news.put_nowait(news)

    def revoke(self) -> None:
        raise AssertionError("nobody was revoked")

    async def next(self) -> News:
        async with asyncio.timeout(5):
            return await self._news.get()

    @property
    def nothing(self) -> bool:
        return self._news.empty()


@pytest.fixture
async def heard(upstream: FedUpstream, as_alice: Caller) -> AsyncIterator[Heard]:
    listener = Heard(as_alice)
    forget = await service.listen(listener)
    yield listener
    forget()


@pytest.mark.parametrize("news", [Title("c", "T"), Changed("c")])
def test_news_arrives_in_another_process_as_it_was(news: News) -> None:
    assert read_message(as_message(news)) == news


@pytest.mark.parametrize("message", [{}, {"type": "later"}, {"type": "changed"}, {"type": "title"}])
def test_news_of_a_newer_process_is_passed_over(message: dict[str, str]) -> None:
    assert read_message(message) is None


async def test_a_reply_that_begins_and_ends_is_a_change(
    upstream: FedUpstream, as_alice: Caller, heard: Heard
) -> None:
    upstream.script("one")
    upstream.script("two", finish_reason=None)
    first = await service.ask(as_alice, Ask("Hi"))
    changed = Changed(first.conversation)
    assert await heard.next() == changed
    assert heard.nothing
    await read_to_end(first)
    assert await heard.next() == changed
    again = await service.regenerate(as_alice, first.reply, Again(resume_window=None))
    assert await heard.next() == changed
    await service.stop(as_alice, again.reply)
    assert await heard.next() == changed


async def test_a_made_title_is_told_and_is_a_change(
    upstream: FedUpstream, as_alice: Caller, heard: Heard
) -> None:
    upstream.title_of = lambda question: "A greeting"
    source = upstream.script("one", finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi", resume_window=None))
    told = [await heard.next() for _ in range(3)]
    changed = Changed(following.conversation)
    assert told == [changed, Title(following.conversation, "A greeting"), changed]
    source.end()


async def test_what_is_made_changed_rated_and_deleted_is_a_change(
    upstream: FedUpstream, as_alice: Caller, heard: Heard
) -> None:
    made = await service.make_conversation(as_alice, {"title": "Mine"})
    changed = Changed(made["id"])
    assert await heard.next() == changed
    await service.change_conversation(as_alice, made["id"], {"pinned": True})
    assert await heard.next() == changed
    upstream.script("one")
    following = await service.ask(as_alice, Ask("Hi", conversation=made["id"]))
    await read_to_end(following)
    assert [await heard.next(), await heard.next()] == [changed, changed]
    await service.rate(as_alice, following.reply, {"rating": 1})
    assert await heard.next() == changed
    await service.delete_conversation(as_alice, made["id"])
    assert await heard.next() == changed
    assert heard.nothing


async def test_nobody_hears_of_another_users_conversations(
    upstream: FedUpstream, as_bob: Caller, heard: Heard
) -> None:
    await service.make_conversation(as_bob, {"title": "Bob's"})
    assert heard.nothing


async def test_a_reply_that_the_reaper_ended_is_a_change(
    upstream: FedUpstream, as_alice: Caller, heard: Heard
) -> None:
    upstream.script("one")
    following = await service.ask(as_alice, Ask("Hi"))
    await read_to_end(following)
    assert [await heard.next(), await heard.next()] == [Changed(following.conversation)] * 2

    here, now = await runtime(), 0.0

    def leave_a_stray() -> None:
        reply = Message.objects.get(id=following.reply)
        assert reply.completion is not None
        reply.completion.status = reply.status = "streaming"
        reply.completion.ended, reply.completion.server_id = None, here.server
        reply.completion.save(update_fields=["status", "ended", "server"])
        reply.save(update_fields=["status"])

    await in_database(leave_a_stray)
    reaper = Reaper(here.server, here.registry.epochs, clock=lambda: now, ended=here.tell_ended)
    await reaper.look()
    now += STRAY_SECONDS
    await reaper.look()
    assert await heard.next() == Changed(following.conversation)
