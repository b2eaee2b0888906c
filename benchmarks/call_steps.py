"""What it costs to ask a provider and to read its answer, by the SDK and as it is done.

`python benchmarks/call_steps.py` prints the microseconds of this process's CPU, and their ratio: the smallest
of several rounds, both ways in turns. A call is one of one token, from the asking to the end of the body, by
the SDK's `create`, by its HTTP client, and by what lies below that. A read is one of a token that was waited
for, by the client's response and from below.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import django

django.setup()

from benchmarks.relay.servers import UPSTREAM, the_upstream
from chat.upstream.asking import answer_to
from chat.upstream.calls import Answer, Calls, HttpCalls, SdkCalls
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


def through_its_http_client(line: Line) -> Calls:
    assert isinstance(line.calls, HttpCalls)
    return SdkCalls(line.sdk._client, str(line.calls._url), line.calls._headers)


async def by_its_http_client(line: Line, request: Request) -> None:
    await _to_the_end(await answer_to(through_its_http_client(line), request, attempts=1))


async def from_below(line: Line, request: Request) -> None:
    await _to_the_end(await answer_to(line.calls, request, attempts=1))


async def _to_the_end(answer: Answer) -> None:
    while await answer.read():
        pass
    await answer.aclose()


async def compare(line: Line, request: Request, ways: Sequence[Way], times: int) -> list[float]:
    """Microseconds of each."""
    found: dict[Way, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, costs in found.items():
            began = time.thread_time()
            for _ in range(times):
                await way(line, request)
            costs.append((time.thread_time() - began) / times * 1e6)
    return [min(costs) for costs in found.values()]


async def main() -> None:
    line = await asyncio.to_thread(build, ConnectionSettings("bench", UPSTREAM, api_key="none"))
    sdk, client, below = await compare(line, QUESTION, (by_the_sdk, by_its_http_client, from_below), TIMES)
    print(f"a call: create {sdk:.0f} µs, the HTTP client {client:.0f} µs   {client / sdk:.2f}")
    print(f"        and from below {below:.0f} µs   {below / client:.2f} of the HTTP client's")
    reads = await compare(line, ANSWER, (by_its_http_client, from_below), 1)
    through, below = (each / TOKENS for each in reads)
    print(f"a read: by the response {through:.1f} µs, from below {below:.1f} µs   {below / through:.2f}")
    await line.close()


if __name__ == "__main__":
    with the_upstream(max(os.sched_getaffinity(0))):
        asyncio.run(main())
