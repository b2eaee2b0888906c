"""What an open stream costs a running server, by its own /metrics: memory, threads, descriptors.

    CHAT_KEY=… python benchmarks/open_streams.py http://127.0.0.1:8000 1000

The server must let one user have so many (CHAT_MAX_SOCKETS_PER_USER=0), and its metrics be read from here.
"""

import asyncio
import os
import sys
import urllib.request
from urllib.parse import urlsplit

WATCHED = ("process_resident_memory_bytes", "process_threads", "process_open_fds")
AT_ONCE = 50
SETTLE_SECONDS = 3


def metrics(url: str) -> dict[str, float]:
    with urllib.request.urlopen(f"{url}/metrics") as answer:  # noqa: S310 (an address that its caller gave)
        lines = answer.read().decode().splitlines()
    found = dict(line.rpartition(" ")[::2] for line in lines if line.startswith(WATCHED))
    return {name: float(value) for name, value in found.items()}


async def open_one(url: str, key: str, turns: asyncio.Semaphore) -> asyncio.StreamWriter:
    where = urlsplit(url)
    async with turns:
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        lines = ("GET /api/v1/live HTTP/1.1", f"Host: {where.netloc}", f"Authorization: Bearer {key}", "", "")
        writer.write("\r\n".join(lines).encode())
        head = await reader.readuntil(b"\r\n\r\n")
        status, _, _ = head.partition(b"\r\n")
        if b" 200" not in status:
            sys.exit(f"The server refused: {status.decode()}")
        return writer


async def main(url: str, number: int) -> None:
    key, turns = os.environ["CHAT_KEY"], asyncio.Semaphore(AT_ONCE)
    warm = [await open_one(url, key, turns) for _ in range(AT_ONCE)]
    before = metrics(url)
    opened = await asyncio.gather(*(open_one(url, key, turns) for _ in range(number)))
    await asyncio.sleep(SETTLE_SECONDS)
    after = metrics(url)
    memory = (after[WATCHED[0]] - before[WATCHED[0]]) / number / 1024
    print(
        f"{number} streams: {before[WATCHED[0]] / 2**20:.0f} → {after[WATCHED[0]] / 2**20:.0f} MiB, ", end=""
    )
    print(f"{memory:.0f} KiB each; {before[WATCHED[1]]:.0f} → {after[WATCHED[1]]:.0f} threads; ", end="")
    print(f"{before[WATCHED[2]]:.0f} → {after[WATCHED[2]]:.0f} descriptors")
    for writer in [*warm, *opened]:
        writer.close()


asyncio.run(main(sys.argv[1].rstrip("/"), int(sys.argv[2])))
