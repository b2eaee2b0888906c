"""Many people, four servers behind nginx, one fault after the other: nothing is lost, doubled or untrue."""

import asyncio
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from process.fault_run.faults import Faults
from process.fault_run.leftovers import Kept, kept, left_behind
from process.fault_run.loiterers import loiterers
from process.fault_run.site import Site, whole_site
from process.fault_run.together import HOWS, How
from process.fault_run.verdict import complaints, unfinished
from process.fault_run.visitors import CALM, Visit, visit
from process.harness.calls import Api, caller
from process.harness.processes import StartServer
from process.harness.scripts import ProviderLog, now

SECONDS = float(os.environ.get("TEST_FAULT_SECONDS", "45"))
VISITORS = int(os.environ.get("TEST_FAULT_VISITORS", "12"))
SERVERS = int(os.environ.get("TEST_FAULT_SERVERS", "4"))
"""Every second one is uvicorn's."""
LOITERERS = 2
WARM = 8
"""Visitors at a time for each server, before anything happens."""
UNREACHED = {
    f"CHAT_{name}": str(10**6)
    for name in ("REQUESTS_PER_MINUTE", "MAX_STREAMS_PER_USER", "MAX_SOCKETS_PER_USER")
}
"""Limits are counted, in Redis where it is there, and refuse nobody."""
QUIET_SECONDS = 40.0
"""After the last fault: leases run out, the dead are noticed, windows close."""
pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300 + 3 * SECONDS)]


async def _visits(api: Api, chance: random.Random, moment: float, how: How | None) -> list[Visit]:
    """Visits one after the other: always in this way, or in any."""
    seen: list[Visit] = []
    while now() < moment:
        seen += await (how or chance.choice(HOWS))(api, chance)
    return seen


async def _warm(api: Api) -> None:
    """What a server makes at its first use is not what faults leave behind."""
    for _ in range(3):
        await asyncio.gather(*(visit(api, random.Random(seed), CALM) for seed in range(WARM * SERVERS)))


async def test_under_faults_what_was_seen_is_what_is_saved_is_what_was_sent(
    http: aiohttp.ClientSession, log: ProviderLog, start_server: StartServer, tmp_path: Path
) -> None:
    seed = int(os.environ.get("TEST_FAULT_SEED", "1"))
    chance = random.Random(seed)
    ways = [("serve", "uvicorn")[number % 2] for number in range(SERVERS)]
    with whole_site(start_server, tmp_path, ways, **UNREACHED) as site:
        faults = Faults(site, random.Random(chance.random()))
        api = caller(http, site.url, site.people["alice"])
        await _warm(api)
        before = await kept(site, api)
        moment = now() + SECONDS
        hows = [*[None] * VISITORS, *[loiterers] * LOITERERS]
        crowd = [_visits(api, random.Random(chance.random()), moment, how) for how in hows]
        found, _ = await asyncio.gather(asyncio.gather(*crowd), faults.until(moment))
        visits = [each for seen in found for each in seen if each.deleted or not each.gone]
        gone = sum(each.gone and not each.deleted for seen in found for each in seen)
        messages = await _when_quiet(api, visits)
        wrong = []
        entries = await log.entries()
        sent = log.by_question(entries)
        told: Counter[str] = Counter()
        for each in visits:
            message = messages[each.reply]
            told[message["status"] if message else "deleted"] += 1
            wrong += [
                f"{each.reply} ({each.fails}): {complaint}"
                for complaint in complaints(each, message, sent(each.content), faults)
            ]
        wrong += unfinished(entries)
        wrong += _failed((tmp_path / "access.log").read_text())
        done = Counter(name for name, _, _ in faults.done)
        comebacks = sum(each.comebacks for each in visits)
        print(f"\nseed {seed}: {len(visits)} replies, {comebacks} comebacks; {dict(told)}; {dict(done)}")
        assert not wrong, "\n".join(wrong[:20])
        assert gone == 0, "a reply whose start was seen is not there any more"
        await _until_as_before(site, api, before)


def _failed(access_log: str) -> list[str]:
    """Not the handshakes that uvicorn answers so itself, as it ends."""
    lines = [line for line in access_log.splitlines() if '" 500 ' in line]
    return [line for line in lines if '"GET /ws/chat/" 500 21 ' not in line]


async def _when_quiet(api: Api, visits: list[Visit]) -> dict[str, dict[str, Any] | None]:
    """All messages once they stream no more; None for what was deleted."""
    turns = asyncio.Semaphore(8)

    async def look(reply: str, deleted: bool) -> dict[str, Any] | None:
        async with turns:
            if deleted and (await api.call("GET", f"messages/{reply}")).status == 404:
                return None
            return await api.settled(reply, QUIET_SECONDS)

    replies = {each.reply: each.deleted for each in visits}
    found = await asyncio.gather(*(look(*each) for each in replies.items()))
    return dict(zip(replies, found, strict=True))


async def _until_as_before(site: Site, api: Api, before: Kept) -> None:
    deadline = now() + QUIET_SECONDS
    while (behind := left_behind(before, after := await kept(site, api))) and now() < deadline:
        await asyncio.sleep(1)
    for name, all_kept in (("before", before), ("after", after)):
        print(f"{name}: {all_kept.database} connections to PostgreSQL, {all_kept.redis} to Redis;", end=" ")
        print(
            *(
                f"{each.way} {each.memory} MiB, {each.threads} threads, {each.files} files;"
                for each in all_kept.servers
            )
        )
    assert not behind, "\n".join(behind)
