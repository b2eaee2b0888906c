"""A reviewer at one server, and at the other what they look at: a reply that runs, an export that is made."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Final

import aiohttp
import pytest
from process.harness.browser_session import BrowserSession
from process.harness.calls import Api
from process.harness.processes import Server, StartServer, environment, manage
from process.harness.reading import Event, Reading
from process.harness.scripts import now, question, words
from process.harness.shared_servers import Shared, started
from process.harness.sse_lines import SseLines
from process.harness.transports import over
from process.harness.waiting import PATIENCE, until

pytestmark = pytest.mark.postgres

DEAD_SECONDS: Final = 40.0
"""Ten of a counter that stands still, one until the next look, and a machine with much else to do."""
FILL: Final = """
from django.contrib.auth.models import User
from chat.models import Conversation, ConversationDigest, Message
alice = User.objects.get(username="alice")
for number in range(400):
    row = Conversation.objects.create(owner=alice, title=f"Long {number}")
    Message.objects.create(conversation=row, role="user", content="word " * 20_000)
    ConversationDigest.objects.create(
        conversation=row, owner=alice, updated=row.updated, created=row.created, messages=1, length=100_000)
"""
"""40 MB: much more than lies between a server and a client that reads nothing."""
TOLD: Final = """
import json
from chat.models import AuditEntry
rows = AuditEntry.objects.filter(action__startswith="export").order_by("id")
print(json.dumps([[row.action, row.details.get("how")] for row in rows]))
"""


async def dave_at(http: aiohttp.ClientSession, server: Server) -> BrowserSession:
    session = BrowserSession(Api(http, server.url))
    await session.sign_in("dave")
    return session


async def events(response: aiohttp.ClientResponse) -> AsyncIterator[Event]:
    lines = SseLines()
    async for piece in response.content.iter_any():
        for event in lines.feed(piece):
            yield event


async def watched(desk: BrowserSession, conversation: str, reply: str) -> Reading:
    """What a reviewer's page reads of a reply."""
    reading = Reading()
    async with desk.reading.open("GET", f"/admin/review/live/{conversation}/{reply}/") as response:
        assert response.status == 200, await response.text()
        async with asyncio.timeout(PATIENCE):
            async for event in events(response):
                reading.take(event)
    return reading


@pytest.mark.parametrize("relay", ["Redis", "rows"])
async def test_a_reply_of_another_server_is_read_at_the_desk_as_it_grows(
    relay: str, start_server: StartServer, shared: Shared, http: aiohttp.ClientSession
) -> None:
    settings = {} if relay == "Redis" else {"REDIS_URL": ""}
    here, there = await asyncio.to_thread(started, start_server, shared, 2, **settings)
    alice = Api(http, here.url, {"Authorization": f"Bearer {shared.people['alice'].key}"})
    desk = await dave_at(http, there)
    async with over(alice, "sse").ask(question(tokens=150, delay=0.04)) as stream:
        reply = await stream.started()
        conversation = stream.reading.start["conversation"]
        theirs, seen = await asyncio.gather(stream.rest(), watched(desk, conversation, reply))
    for reading in (theirs, seen):
        assert (reading.status, reading.text, reading.overlaps, reading.restarts) == (
            "complete",
            words(150),
            0,
            0,
        )
    assert len(seen.of_type("delta")) > 5, "it came as it grew"
    page = await desk.reading.call("GET", f"/admin/review/c/{conversation}/")
    assert page.status == 200


async def test_an_export_whose_server_was_killed_is_ended_by_another(
    start_server: StartServer, shared: Shared, http: aiohttp.ClientSession
) -> None:
    await asyncio.to_thread(manage, environment(**shared.settings), "shell", "-v", "0", "-c", FILL)
    here, there = await asyncio.to_thread(started, start_server, shared, 2)
    killed, desk = await dave_at(http, here), await dave_at(http, there)
    fields = {"form": "jsonl", "filter": "", "csrfmiddlewaretoken": killed.token}
    asked = await killed.writing.call("POST", "/admin/review/exports/", data=fields)
    assert asked.status == 302
    async with killed.reading.open("GET", asked.headers["Location"]) as response:
        assert response.status == 200
        await response.content.read(1000)
        assert 'data-state="running"' in await exports_at(desk)
        await asyncio.to_thread(here.kill)
    begun = now()

    async def look() -> str:
        page = await exports_at(desk)
        return page if 'data-state="interrupted"' in page else ""

    page = await until(look, DEAD_SECONDS, "the end of the export")
    print(f"\nended after {now() - begun:.1f} s")
    assert "export-again" in page
    told = await asyncio.to_thread(manage, environment(**shared.settings), "shell", "-v", "0", "-c", TOLD)
    assert json.loads(told) == [["export", None], ["export_ended", "interrupted"]]


async def exports_at(desk: BrowserSession) -> str:
    answer = await desk.reading.call("GET", "/admin/review/exports/", headers={"X-Part": "exports"})
    assert answer.status == 200
    return answer.body.decode()
