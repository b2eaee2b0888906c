"""What one process bears: `python benchmarks/crowd.py [streams] [sockets]` (default 2,000 and 5,000).

Opens so many idle WebSockets, then so many streams of 5 tokens a second for half a minute, on Daphne and then
on uvicorn, with SQLite, and with PostgreSQL where `BENCH_POSTGRES` is the address of a server on which
databases may be made. Prints memory, threads and open files before, with all of them, and afterwards; the
delay of a token from the model's write to the client's read; how long who asks beside them waits; and how
many streams ended whole.
"""

import asyncio
import contextlib
import os
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import websockets

from benchmarks.relay.load import Stream, read_whole
from benchmarks.relay.scenarios import percentile
from benchmarks.relay.servers import Server, all_servers

MODEL, TOKENS, AT_ONCE = "paced-5-150", 150, 100


def standing(server: Server, what: str) -> None:
    files = len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))
    print(
        f"  {what:34} {server.memory():7.0f} MiB {server.threads():4} threads {files:6} files"
        f" {server.cpu_seconds():7.1f} s of CPU",
        flush=True,
    )


async def open_sockets(server: Server, count: int, stack: contextlib.AsyncExitStack) -> None:
    address = f"ws://127.0.0.1:{server.port}/ws/chat/"
    places = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with places:
            opening = websockets.connect(
                address, additional_headers=dict(server.headers), ping_interval=None, open_timeout=60
            )
            await stack.enter_async_context(opening)

    await asyncio.gather(*(one() for _ in range(count)))


async def stream(server: Server, number: int, over: float) -> Stream:
    """Begun within so many seconds of the others, as people come."""
    await asyncio.sleep(over * number)
    return await read_whole(server, MODEL, f"crowd {number}")


async def crowd(server: Server, streams: int, sockets: int) -> None:
    print(server.name)
    standing(server, "at first")
    async with contextlib.AsyncExitStack() as stack:
        await open_sockets(server, sockets, stack)
        await asyncio.sleep(2)
        standing(server, f"{sockets} idle sockets")
        running = [asyncio.create_task(stream(server, number, 15 / streams)) for number in range(streams)]
        await asyncio.sleep(20)
        standing(server, f"and {streams} streams")
        waits = await _waits(server)
        seen = await asyncio.gather(*running, return_exceptions=True)
        whole = [one for one in seen if isinstance(one, Stream) and one.tokens == TOKENS]
        delays = [delay / 1e6 for one in whole for delay in one.delays]
        print(f"  {len(whole)} of {streams} streams whole; {_told(delays, 'delay of a token')}")
        print(f"  {_told(waits, 'first token of who asks beside them')}")
        for broken in [one for one in seen if not isinstance(one, Stream)][:3]:
            print(f"  {broken!r}")
        standing(server, "when the streams have ended")
    await asyncio.sleep(20)
    standing(server, "when all have gone")


async def _waits(server: Server) -> list[float]:
    found = []
    for number in range(40):
        one = await read_whole(server, "paced-50-1", f"beside {number}")
        found.append((one.first - one.asked) / 1e6)
    return found


def _told(values: Sequence[float], what: str) -> str:
    if not values:
        return f"{what}: none"
    return f"{what}: median {percentile(values, 0.5):.0f}, p99 {percentile(values, 0.99):.0f} ms"


def main() -> None:
    streams, sockets = [*map(int, sys.argv[1:]), *(2000, 5000)[len(sys.argv) - 1 :]]
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with all_servers(os.environ.get("BENCH_POSTGRES"), only_ours=True) as servers:
        for server in servers:
            if server.is_ours:
                began = time.perf_counter()
                asyncio.run(crowd(server, streams, sockets))
                print(f"  {time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
