"""Many people, four servers behind nginx, one fault after the other: nothing is lost, doubled or untrue."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from process.fault_run.faults import Faults
from process.fault_run.loiterers import loiter
from process.fault_run.site import Site, whole_site
from process.fault_run.verdict import complaints
from process.fault_run.visitors import Visit, visit
from process.harness.calls import Api, caller
from process.harness.processes import Server, StartServer
from process.harness.scripts import ProviderLog, now
from process.harness.waiting import until

pytestmark = pytest.mark.postgres

How = Callable[[Api, random.Random], Awaitable[Visit]]
SECONDS = float(os.environ.get("TEST_FAULT_SECONDS", "45"))
VISITORS = int(os.environ.get("TEST_FAULT_VISITORS", "12"))
SERVERS = int(os.environ.get("TEST_FAULT_SERVERS", "4"))
"""Every second one is uvicorn's."""
LOITERERS = 2
QUIET_SECONDS = 40.0
"""After the last fault: leases run out, the dead are noticed, windows close."""


async def _visits(api: Api, chance: random.Random, moment: float, how: How) -> list[Visit]:
    seen = []
    while now() < moment:
        seen.append(await how(api, chance))
    return seen


def _kept(server: Server) -> tuple[int, int]:
    return server.threads(), len(server.open_files())


async def test_under_faults_what_was_seen_is_what_is_saved_is_what_was_sent(
    http: aiohttp.ClientSession, log: ProviderLog, start_server: StartServer, tmp_path: Path
) -> None:
    seed = int(os.environ.get("TEST_FAULT_SEED", "1"))
    chance = random.Random(seed)
    ways = [("serve", "uvicorn")[number % 2] for number in range(SERVERS)]
    with whole_site(start_server, tmp_path, ways) as site:
        faults = Faults(site, random.Random(chance.random()))
        api = caller(http, site.url, site.people["alice"])
        moment = now() + SECONDS
        hows: list[How] = [*[visit] * VISITORS, *[loiter] * LOITERERS]
        crowd = [_visits(api, random.Random(chance.random()), moment, how) for how in hows]
        found, _ = await asyncio.gather(asyncio.gather(*crowd), faults.until(moment))
        visits = [each for seen in found for each in seen if not each.gone]
        gone = sum(each.gone for seen in found for each in seen)
        await _until_quiet(api, visits)
        wrong = []
        entries = await log.entries()
        told: Counter[str] = Counter()
        for each in visits:
            message = await api.message(each.reply)
            told[message["status"]] += 1
            wrong += [
                f"{each.reply} ({each.fails}): {complaint}"
                for complaint in complaints(each, message, log.among(entries, each.content), faults)
            ]
        done = Counter(name for name, _, _ in faults.done)
        comebacks = sum(each.comebacks for each in visits)
        print(f"\nseed {seed}: {len(visits)} replies, {comebacks} comebacks; {dict(told)}; {dict(done)}")
        assert not wrong, "\n".join(wrong[:20])
        assert gone == 0, "a reply whose start was seen is not there any more"
        await _until_as_before(site)


async def _until_quiet(api: Api, visits: list[Visit]) -> None:
    for each in visits:
        await api.settled(each.reply, QUIET_SECONDS)


async def _until_as_before(site: Site) -> None:
    """Neither threads nor files stay behind: not more than a server has that few ever used."""

    async def few() -> bool:
        return all(threads < 40 and files < 60 for threads, files in map(_kept, site.servers))

    await until(few, QUIET_SECONDS, "servers as they were before")
