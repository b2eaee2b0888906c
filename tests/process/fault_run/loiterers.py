"""People whose connection takes a byte a second, or nothing at all, and breaks in the end."""

import asyncio
import contextlib
import random
import uuid
from urllib.parse import urlsplit

from process.fault_run.visitors import LOST, PATIENCE, Habits, Visit, new_visit
from process.harness.calls import Api
from process.harness.scripts import now

BYTES = 8
"""A second apart."""
HABITS = Habits(fail=0, longest=6)


async def loiterers(api: Api, chance: random.Random) -> list[Visit]:
    """Ask for a reply that runs to its end, whoever reads it, and follow it so."""
    seen = new_visit(chance, HABITS)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"content": seen.content, "background": True}
    while not seen.reply:
        assert now() - seen.begin < PATIENCE, f"nobody took {seen.content[:30]}"
        with contextlib.suppress(*LOST):
            answer = await api.call("POST", "chat", body, headers=key)
            seen.reply = answer.json["reply"] if answer.status == 202 else ""
        await asyncio.sleep(0.2)
    reads = chance.random() < 0.5
    with contextlib.suppress(*LOST):
        await _hold(api, seen.reply, reads)
    seen.left, seen.end = True, now()
    return [seen]


async def _hold(api: Api, reply: str, reads: bool) -> None:
    where = urlsplit(api.url)
    # A limit of one byte: what is not read stays in the kernel, and then at the proxy and the server.
    reader, writer = await asyncio.open_connection(where.hostname, where.port, limit=1)
    try:
        lines = [f"GET /api/v1/messages/{reply}/stream HTTP/1.1", f"Host: {where.netloc}"]
        lines += [f"{name}: {value}" for name, value in api.headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        for _ in range(BYTES):
            await asyncio.sleep(1)
            if reads and not await reader.read(1):
                return
    finally:
        writer.transport.abort()
