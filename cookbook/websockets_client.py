"""websockets: one socket carries any number of replies. The key goes in a header, as programs can.

pip install websockets; CHAT_URL=… CHAT_KEY=… python websockets_client.py "Tell me about the sea"

Where no header can be sent, the key goes in a subprotocol, as in a browser:
    connect(address, subprotocols=["chat.v1", f"bearer.{key}"])
"""

import asyncio
import json
import os
import sys

from websockets.asyncio.client import connect


async def main() -> None:
    address = os.environ["CHAT_URL"].replace("http", "ws", 1) + "/ws/chat/"
    headers = {"Authorization": f"Bearer {os.environ['CHAT_KEY']}"}
    # Leaving the `async with` is the abort of all that runs on the socket.
    async with connect(address, additional_headers=headers, max_size=None) as socket:
        await socket.send(json.dumps({"type": "send", "ref": "1", "content": sys.argv[1]}))
        async for frame in socket:
            event = json.loads(frame)
            if event["type"] == "delta":
                print(event["text"], end="", flush=True)
            if event["type"] == "error":
                sys.exit(event["error"]["message"])
            if event["type"] == "end":
                return


asyncio.run(main())
