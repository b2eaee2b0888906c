"""What is measured of each server: a scenario takes one and gives figures, by their names in the table."""

import asyncio
import contextlib
import http.client
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .load import Stream, connect, read_all, read_whole, request
from .servers import UPSTREAM_PORT, Server

Figures = Mapping[str, float]
SETTLE: Final = 0.3
"""Seconds after the last reply until what was put off is done, too: the end's save, the search index."""


@dataclass(frozen=True, slots=True)
class Scenario:
    run: Callable[[Server], Awaitable[Figures]]
    only_ours: bool = False
    """What a yardstick does not do, or is not asked."""


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


async def _cost(
    server: Server, model: str, streams: int, tokens: int, name: str
) -> tuple[float, list[Stream]]:
    """CPU seconds, and what the clients saw, who all saw all of it."""
    before = server.cpu_seconds()
    seen = await read_all(server, model, streams, name)
    await asyncio.sleep(SETTLE)
    spent = server.cpu_seconds() - before
    for stream in seen:
        assert stream.tokens == tokens, f"{server.name}: {stream.tokens} of {tokens} tokens"
    return spent, seen


def paced(streams: int, rate: int, tokens: int) -> Scenario:
    async def run(server: Server) -> Figures:
        spent, seen = await _cost(server, f"paced-{rate}-{tokens}", streams, tokens, "paced")
        delays = [delay / 1e6 for stream in seen for delay in stream.delays]
        return {
            f"CPU per token, {streams} streams × {rate} tok/s, µs": spent / streams / tokens * 1e6,
            f"delay of a token, p99, {streams * rate:,} tok/s in all, ms": percentile(delays, 0.99),
        }

    return Scenario(run)


def fast(streams: int, tokens: int) -> Scenario:
    async def run(server: Server) -> Figures:
        spent, _ = await _cost(server, f"fast-{tokens}", streams, tokens, "fast")
        return {"CPU per token, upstream at full speed, µs": spent / streams / tokens * 1e6}

    return Scenario(run)


def one_token(requests: int, at_once: int) -> Scenario:
    async def run(server: Server) -> Figures:
        places = asyncio.Semaphore(at_once)

        async def one(number: int) -> Stream:
            async with places:
                return await read_whole(server, "paced-50-1", f"one {number}")

        before = server.cpu_seconds()
        await asyncio.gather(*(one(number) for number in range(requests)))
        await asyncio.sleep(SETTLE)
        return {"CPU per request, one-token replies, ms": (server.cpu_seconds() - before) / requests * 1e3}

    return Scenario(run)


def first_token(requests: int) -> Scenario:
    """One after the other: what a request waits for when the server has time."""

    async def run(server: Server) -> Figures:
        waits = []
        for number in range(requests):
            stream = await read_whole(server, "paced-50-1", f"first {number}")
            waits.append((stream.first - stream.asked) / 1e6)
        return {
            "first token, p50, ms": statistics.median(waits),
            "first token, p99, ms": percentile(waits, 0.99),
        }

    return Scenario(run)


async def _running(server: Server, streams: int, name: str) -> list[asyncio.StreamWriter]:
    """So many streams, each with its first token."""
    lines = []
    for number in range(streams):
        reader, writer = await connect(server)
        writer.write(request(server, "paced-20-400", f"{name} {number}"))
        lines.append((reader, writer))
    for reader, _ in lines:
        await reader.readuntil(b"@")
    return [writer for _, writer in lines]


def aborts(streams: int) -> Scenario:
    async def run(server: Server) -> Figures:
        running = await _running(server, streams, "abort")
        _left()
        began = time.monotonic_ns()
        for writer in running:
            writer.transport.abort()
        left: dict[str, int] = {}
        while len(left) < streams:
            await asyncio.sleep(0.02)
            left |= _left()
            assert time.monotonic_ns() - began < 20e9, (
                f"{server.name} left {streams - len(left)} calls running"
            )
        waits = [(moment - began) / 1e6 for moment in left.values()]
        return {
            f"abort to upstream closed, p50, {streams} at once, ms": statistics.median(waits),
            f"abort to upstream closed, longest, {streams} at once, ms": max(waits),
        }

    return Scenario(run)


def _left() -> dict[str, int]:
    line = http.client.HTTPConnection("127.0.0.1", UPSTREAM_PORT)
    line.request("GET", "/left")
    told: dict[str, int] = json.loads(line.getresponse().read())
    line.close()
    return told


def open_streams(streams: int) -> Scenario:
    """On a server that has done so before: what a process takes once, for its pools, is not a stream's."""

    async def hold(server: Server, number: int) -> tuple[float, int]:
        running = await _running(server, number, "open")
        memory, threads = server.memory(), server.threads()
        for writer in running:
            writer.transport.abort()
        await asyncio.sleep(2)
        return memory, threads

    async def run(server: Server) -> Figures:
        few, threads = await hold(server, 20)
        many, more_threads = await hold(server, 20 + streams)
        return {
            "memory of an open stream, MiB": (many - few) / streams,
            f"threads for {streams} more streams": more_threads - threads,
        }

    return Scenario(run)


def idle_sockets(sockets: int) -> Scenario:
    async def run(server: Server) -> Figures:
        import websockets

        async def hold(stack: contextlib.AsyncExitStack, number: int) -> float:
            for _ in range(number):
                address = f"ws://127.0.0.1:{server.port}/ws/chat/"
                opening = websockets.connect(
                    address, additional_headers=dict(server.headers), ping_interval=None
                )
                await stack.enter_async_context(opening)
            await asyncio.sleep(1)
            return server.memory()

        async with contextlib.AsyncExitStack() as stack:
            few = await hold(stack, 20)
            many = await hold(stack, sockets)
            return {"memory of an idle WebSocket, MiB": (many - few) / sockets}

    return Scenario(run, only_ours=True)


def never_reads() -> Scenario:
    """A client that asks for a megabyte and never reads: what the server grows by until the reply is over."""

    async def run(server: Server) -> Figures:
        before = server.memory()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(request(server, "fast-50000", "never reads"))
        highest = before
        until = time.monotonic() + 6
        while time.monotonic() < until:
            await asyncio.sleep(0.1)
            highest = max(highest, server.memory())
        writer.transport.abort()
        del reader
        return {"growth by a client that never reads 1 MB, MiB": highest - before}

    return Scenario(run)


def growing_cost(streams: int, rate: int, tokens: int) -> Scenario:
    """CPU in the last tenth of long replies against their second: as many tokens in each."""

    async def run(server: Server) -> Figures:
        tenth = tokens / rate / 10
        began = time.monotonic()
        replies = asyncio.ensure_future(read_all(server, f"paced-{rate}-{tokens}", streams, "long"))
        spent = []
        for place in (1, 9):
            await asyncio.sleep(began + place * tenth - time.monotonic())
            before = server.cpu_seconds()
            await asyncio.sleep(began + (place + 0.95) * tenth - time.monotonic())
            spent.append(server.cpu_seconds() - before)
        await replies
        return {
            "cost of a token at the end of a 100 KB reply against its beginning, times": spent[1] / spent[0]
        }

    return Scenario(run, only_ours=True)


def longer_chat(messages: int, requests: int) -> Scenario:
    """Asking in a chat of so many messages against one of two: with the context that is read and sent, and,
    from a new beginning in the same chat, without one.
    """

    def ask(server: Server, conversation: str | None, *, anew: bool = False) -> str:
        asked: dict[str, object] = {"model": "paced-50-1", "content": "longer", "stream": False}
        if conversation is not None:
            asked["conversation"] = conversation
        if anew:
            asked["parent"] = None
        line = http.client.HTTPConnection("127.0.0.1", server.port)
        headers = {"Content-Type": "application/json", **server.headers}
        line.request("POST", server.path, json.dumps(asked), headers)
        answer = json.loads(line.getresponse().read())
        line.close()
        return str(answer["conversation"])

    def spend(server: Server, conversations: Sequence[str], *, anew: bool = False) -> float:
        before = server.cpu_seconds()
        for conversation in conversations:
            ask(server, conversation, anew=anew)
        return server.cpu_seconds() - before

    async def run(server: Server) -> Figures:
        name = f"cost of a request in a chat of {messages} messages against one of 2"

        def measure() -> Figures:
            short = [ask(server, None) for _ in range(requests)]
            long = [ask(server, None)] * requests
            for _ in range(messages // 2):
                ask(server, long[0])
            return {
                f"{name}, times": spend(server, long) / spend(server, short),
                f"{name}, the context aside, times": spend(server, long, anew=True)
                / spend(server, short, anew=True),
            }

        return await asyncio.to_thread(measure)

    return Scenario(run, only_ours=True)


SCENARIOS: Final[Mapping[str, Scenario]] = {
    "paced-40": paced(40, 25, 200),
    "paced-100": paced(100, 50, 200),
    "fast": fast(20, 2000),
    "one-token": one_token(400, 10),
    "first-token": first_token(150),
    "aborts": aborts(50),
    "open": open_streams(300),
    "sockets": idle_sockets(500),
    "never-reads": never_reads(),
    "long-reply": growing_cost(10, 500, 5500),
    "long-chat": longer_chat(400, 100),
}
