"""A server that stands still within a transaction has locks, and others get them before it wakes."""

import asyncio

import aiohttp
import psycopg
import pytest
from process.harness.calls import Answer, Api
from process.harness.processes import StartServer
from process.harness.scripts import ProviderLog, now, question, words
from process.harness.shared_servers import Shared, alice_at, started
from process.harness.waiting import until_true

pytestmark = pytest.mark.postgres

IDLE_SECONDS = 3.0
"""After which a transaction that does nothing is undone."""
BUSY_SECONDS = 4.0
"""For a question, on a machine that does other things."""
TOKENS = 3


async def test_who_asks_elsewhere_waits_for_no_server_that_sleeps(
    start_server: StartServer, http: aiohttp.ClientSession, shared: Shared, log: ProviderLog
) -> None:
    sleeper, other = started(start_server, shared, 2, CHAT_MAX_STREAMS_PER_USER="100")
    here, there = alice_at(http, shared, sleeper), alice_at(http, shared, other)
    address = shared.settings["DATABASE_URL"]
    content = question(tokens=TOKENS)
    with psycopg.connect(address) as holder, psycopg.connect(address, autocommit=True) as looker:
        # Its question comes as far as the table, and has locked its user by then.
        holder.execute("LOCK TABLE chat_message IN ACCESS EXCLUSIVE MODE")
        asking = asyncio.create_task(_ask(here, content))
        waits = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'chat_message'::regclass"
        await asyncio.to_thread(until_true, lambda: looker.execute(waits).fetchone(), what="the wait")
        sleeper.freeze()
        holder.rollback()
    began = now()
    answer = await _ask(there, question(tokens=TOKENS))
    assert (answer.status, answer.json["content"]) == (200, words(TOKENS))
    assert now() - began < IDLE_SECONDS + BUSY_SECONDS
    sleeper.thaw()
    undone = await asking
    assert (undone.status, undone.error["code"]) == (503, "database_unavailable")
    again = await _ask(here, content)
    assert (again.status, again.json["content"]) == (200, words(TOKENS))
    assert len(await log.of(content)) == 1


async def _ask(api: Api, content: str) -> Answer:
    return await api.call("POST", "chat", {"content": content, "stream": False})
