"""What it costs to ask a provider: by the SDK's `create`, and by its HTTP client alone, as a stream is asked.

`python benchmarks/call_steps.py` prints the microseconds of this process's CPU for a call of one token, from
the asking to the end of the body, and their ratio: the smallest of several rounds, both ways in turns.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import django

django.setup()

from benchmarks.relay.servers import UPSTREAM, the_upstream
from chat.upstream.asking import answer_to
from chat.upstream.client import Line, build
from chat.upstream.connections import ConnectionSettings
from chat.upstream.request import Request, request_of

ROUNDS, TIMES = 5, 100
QUESTION = request_of("paced-50-1", [{"role": "user", "content": "Hello?"}], {"temperature": 1})


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
    async for _ in response.aiter_raw():
        pass
    await response.aclose()


async def main() -> None:
    line = await asyncio.to_thread(build, ConnectionSettings("bench", UPSTREAM, api_key="none"))
    found: dict[object, list[float]] = {by_the_sdk: [], by_its_http_client: []}
    for _ in range(ROUNDS):
        for way in (by_the_sdk, by_its_http_client):
            began = time.thread_time()
            for _ in range(TIMES):
                await way(line, QUESTION)
            found[way].append((time.thread_time() - began) / TIMES * 1e6)
    await line.sdk.close()
    one, other = (min(costs) for costs in found.values())
    print(f"a call: create {one:.0f} µs, the HTTP client {other:.0f} µs   {other / one:.2f}")


if __name__ == "__main__":
    with the_upstream(max(os.sched_getaffinity(0))):
        asyncio.run(main())
