"""What it costs to ask a provider and to read its answer, by the SDK and as it is done.

`python benchmarks/call_steps.py` prints the microseconds of this process's CPU, and their ratio: the smallest
of several rounds, both ways in turns. A call is one of one token, from the asking to the end of the body, by
the SDK's `create` and by its HTTP client alone. A read is one of a token that was waited for, through the
client's response and from the connection below it.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import django

django.setup()

from benchmarks.relay.servers import UPSTREAM, the_upstream
from chat.upstream.asking import answer_to
from chat.upstream.body import Body, Decoded, body_of
from chat.upstream.client import Line, build
from chat.upstream.connections import ConnectionSettings
from chat.upstream.request import Request, request_of

ROUNDS, TIMES, TOKENS = 5, 100, 5500
QUESTION = request_of("paced-50-1", [{"role": "user", "content": "Hello?"}], {"temperature": 1})
ANSWER = request_of("paced-500-5500", [{"role": "user", "content": "Hello?"}], {"temperature": 1})

Way = Callable[[Line, Request], Awaitable[None]]


async def by_the_sdk(line: Line, request: Request) -> None:
    opening = line.sdk.chat.completions.with_streaming_response.create(
        model=request.model,
        messages=(),
        stream=True,
        extra_body={
            "messages": request.messages,
            "stream_options": {"include_usage": True},
            **request.params,
        },
    )
    async with opening as response:
        async for _ in response.http_response.aiter_raw():
            pass


async def by_its_http_client(line: Line, request: Request) -> None:
    response = await answer_to(line, request, attempts=1)
    await _to_the_end(Decoded(response.aiter_raw()))
    await response.aclose()


async def from_the_connection(line: Line, request: Request) -> None:
    response = await answer_to(line, request, attempts=1)
    body = body_of(response)
    assert not isinstance(body, Decoded), "the SDK's transport does not show its connection any more"
    await _to_the_end(body)
    await response.aclose()


async def _to_the_end(body: Body) -> None:
    while await body.read():
        pass


async def compare(line: Line, request: Request, first: Way, ours: Way, times: int) -> tuple[float, float]:
    """Microseconds of each."""
    found: dict[Way, list[float]] = {first: [], ours: []}
    for _ in range(ROUNDS):
        for way, costs in found.items():
            began = time.thread_time()
            for _ in range(times):
                await way(line, request)
            costs.append((time.thread_time() - began) / times * 1e6)
    return min(found[first]), min(found[ours])


async def main() -> None:
    line = await asyncio.to_thread(build, ConnectionSettings("bench", UPSTREAM, api_key="none"))
    one, other = await compare(line, QUESTION, by_the_sdk, by_its_http_client, TIMES)
    print(f"a call: create {one:.0f} µs, the HTTP client {other:.0f} µs   {other / one:.2f}")
    one, other = await compare(line, ANSWER, by_its_http_client, from_the_connection, 1)
    one, other = one / TOKENS, other / TOKENS
    print(f"a read: by the response {one:.1f} µs, from the connection {other:.1f} µs   {other / one:.2f}")
    await line.sdk.close()


if __name__ == "__main__":
    with the_upstream(max(os.sched_getaffinity(0))):
        asyncio.run(main())
