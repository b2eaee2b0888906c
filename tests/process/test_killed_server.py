"""SIGKILL in the middle of fifty streams: what the restart finds, and what a client that comes back gets."""

import asyncio

import aiohttp
import pytest
from process.harness.calls import Api, caller
from process.harness.crowd import Crowd, Member
from process.harness.people import Person
from process.harness.processes import StartServer
from process.harness.reading import Reading
from process.harness.scripts import ProviderLog, words
from process.harness.transports import over
from process.harness.waiting import until

pytestmark = pytest.mark.process

TOKEN_SECONDS = 0.02
"""50 tokens a second."""
BEHIND = 0.2
"""Seconds that the saved text may lack of what was shown."""
SLACK = 5
"""Tokens more, since neither clock nor scheduler of a busy machine is exact: at most that many."""
REAPED_SECONDS = 30
"""A reaper watches for ten; the rest is fifty replies, and what a busy machine takes."""


async def test_a_killed_server_loses_a_fifth_of_a_second_at_most_and_says_so(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person], log: ProviderLog
) -> None:
    server = start_server(CHAT_AUTO_TITLE="0")
    api = caller(http, server.url, people["alice"])
    crowd = Crowd(api, tokens=2000, delay=TOKEN_SECONDS, then={"tokens": 3})
    await crowd.ask()
    await asyncio.sleep(1.5)  # so that checkpoints have been made and more text came after them
    server.kill()
    await crowd.scattered()
    assert not any(member.reading.ended for member in crowd.members)

    await asyncio.to_thread(server.start)
    saved = await all_reaped(api, crowd)
    most = 0
    for member in crowd.members:
        message = saved[member.reply]
        assert message["status"] == "interrupted"
        content = message["content"]
        assert isinstance(content, str)
        assert crowd.sent.startswith(content)
        behind = member.reading.text.count(" ") - content.count(" ")
        most = max(most, behind)
        assert behind <= BEHIND / TOKEN_SECONDS + SLACK, f"{behind} tokens were shown and not saved"
    lost = [
        member
        for member in crowd.members
        if len(member.reading.text) > len(str(saved[member.reply]["content"]))
    ]
    print(f"\n{len(lost)} of {len(crowd.members)} clients had more than was saved, {most} tokens at most")

    await asyncio.gather(
        *(comes_back(api, member, str(saved[member.reply]["content"])) for member in crowd.members)
    )
    for member in crowd.members[:6]:
        await goes_on(api, member, str(saved[member.reply]["content"]))


async def all_reaped(api: Api, crowd: Crowd) -> dict[str, dict[str, object]]:
    """The messages, once none of them streams."""

    async def look() -> dict[str, dict[str, object]] | None:
        messages = await asyncio.gather(*(api.message(member.reply) for member in crowd.members))
        if any(message["status"] == "streaming" for message in messages):
            return None
        return {message["id"]: message for message in messages}

    saved = await until(look, REAPED_SECONDS, "the end of what the killed server left")
    assert saved is not None
    return saved


async def comes_back(api: Api, member: Member, saved: str) -> None:
    """With more than was saved: `start`, and the text from 0. With less: the rest, and no second `start`."""
    reading = member.reading.goes_on()
    had_more = len(reading.text) > len(saved)
    async with over(api, member.transport).follow(member.reply, reading) as stream:
        await stream.rest()
    assert reading.text == saved
    assert reading.status == "interrupted"
    assert len(reading.of_type("start")) == (1 if had_more else 0)
    if had_more and saved:
        assert reading.of_type("delta")[0]["offset"] == 0
    elif not had_more:
        assert reading.overlaps == 0
    member.reading = reading


async def goes_on(api: Api, member: Member, saved: str) -> None:
    """`continue` works on what was left, and old ids lead across the seam."""
    reading = Reading(text=saved)
    async with over(api, member.transport).again("continue", member.reply) as stream:
        stream.reading = reading
        await stream.rest()
    assert (reading.text, reading.status) == (saved + words(3), "complete")
    resumed = member.reading.goes_on()
    async with over(api, member.transport).follow(member.reply, resumed) as stream:
        await stream.rest()
    assert (resumed.text, resumed.overlaps, resumed.of_type("start")) == (reading.text, 0, [])
