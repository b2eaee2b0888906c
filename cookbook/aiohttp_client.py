"""aiohttp: one event a line (NDJSON), which needs no parser. Leaving the `async with` is the abort.

pip install aiohttp; CHAT_URL=… CHAT_KEY=… python aiohttp_client.py "Tell me about the sea"
"""

import asyncio
import json
import os
import sys

import aiohttp


async def main() -> None:
    headers = {"Authorization": f"Bearer {os.environ['CHAT_KEY']}", "Accept": "application/x-ndjson"}
    async with (
        # By itself aiohttp gives up after five minutes.
        aiohttp.ClientSession(
            os.environ["CHAT_URL"], headers=headers, timeout=aiohttp.ClientTimeout(total=None)
        ) as session,
        session.post("/api/v1/chat", json={"content": sys.argv[1]}) as response,
    ):
        if response.status != 200:
            sys.exit((await response.json())["error"]["message"])
        async for line in response.content:
            event = json.loads(line)
            if event["type"] == "delta":
                print(event["text"], end="", flush=True)


asyncio.run(main())
