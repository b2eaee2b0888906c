"""Trouble beside the replies: a title or an upkeep that breaks is logged, and costs no reply anything."""

import asyncio
import itertools
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models.signals import pre_delete
from django.utils import timezone
from fakes.another_process import runs_elsewhere
from fakes.eventually import eventually
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end

from chat import service
from chat.actions.deleting import hide_conversation
from chat.auth.caller import Caller
from chat.database import in_database
from chat.ids import new_id
from chat.models import Conversation, Message, SpentFrom
from chat.service import reaper
from chat.service.requests import Ask


@pytest.fixture
def unpurgeable() -> Iterator[None]:
    """No conversation can be deleted from the database."""

    def refuse(**_: object) -> None:
        raise RuntimeError("this row stays")

    pre_delete.connect(refuse, sender=Conversation)
    yield
    pre_delete.disconnect(refuse, sender=Conversation)


async def test_a_conversation_that_cannot_be_purged_stops_no_reaping(
    upstream: FedUpstream, as_alice: Caller, unpurgeable: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaper, "LOOK_SECONDS", 0)
    upstream.script("one")
    hidden = await service.ask(as_alice, Ask("Hi"))
    await read_to_end(hidden)
    upstream.script("two")
    left = await service.ask(as_alice, Ask("Hi"))
    await read_to_end(left)

    def hide_one_and_leave_the_other() -> None:
        hide_conversation(as_alice.user_id, hidden.conversation)
        runs_elsewhere(left.reply)  # and that process, whose beat stands still, is dead

    await in_database(hide_one_and_leave_the_other)
    seconds = itertools.count(0.0)
    watching = asyncio.create_task(
        reaper.Reaper(new_id(), clock=lambda: next(seconds)).watch_forever()  # each look a second later
    )
    await eventually(Message.objects.filter(id=left.reply, status="interrupted").exists)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert await in_database(Conversation.objects.filter(id=hidden.conversation).exists)


async def test_what_addresses_used_in_months_before_goes_by_itself(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaper, "LOOK_SECONDS", 0)
    today = timezone.localdate()

    def used_then_and_now() -> None:
        for day in (today, today.replace(day=1) - timedelta(days=1)):
            SpentFrom.objects.create(place="p", day=day, model="m")

    await in_database(used_then_and_now)
    watching = asyncio.create_task(reaper.Reaper(new_id()).watch_forever())
    await eventually(lambda: SpentFrom.objects.count() == 1)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert (await in_database(SpentFrom.objects.get)).day == today


async def test_a_title_that_breaks_is_logged_once_and_the_reply_goes_on(
    upstream: FedUpstream, as_alice: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(question: str) -> str:
        raise RuntimeError("no title today")

    upstream.title_of = broken
    source = upstream.script("one", finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi", resume_window=None))
    async with asyncio.timeout(5):
        while not upstream.titles:
            await asyncio.sleep(0)
    source.end()
    client = await read_to_end(following)
    assert client.end is not None
    assert client.end.status == "complete"
    await service.drain()
    troubles = [record.name for record in caplog.records if record.levelno >= logging.ERROR]
    assert troubles == ["chat.service.runtime"]
