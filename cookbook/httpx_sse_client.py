"""httpx-sse: our events from a POST. A connection that breaks is taken up again after the last id.

pip install httpx httpx-sse; CHAT_URL=… CHAT_KEY=… python httpx_sse_client.py "Tell me about the sea"
"""

import json
import os
import sys
import time

import httpx
from httpx_sse import connect_sse

headers = {"Authorization": f"Bearer {os.environ['CHAT_KEY']}"}
body = {"content": sys.argv[1], "resume_window": 10}
ended = False

# httpx waits 5 s for a byte; the server says something every 15 s, however long the model thinks.
with httpx.Client(base_url=os.environ["CHAT_URL"], timeout=httpx.Timeout(30)) as client:
    while not ended:
        try:
            with connect_sse(client, "POST", "/api/v1/chat", json=body, headers=headers) as source:
                if source.response.status_code == 204:
                    break  # everything was here already
                if source.response.is_error:
                    sys.exit(json.loads(source.response.read())["error"]["message"])
                for sse in source.iter_sse():
                    event = json.loads(sse.data)
                    if event["type"] == "delta":
                        print(event["text"], end="", flush=True)
                    ended = event["type"] == "end"
                    if sse.id:
                        # With it the same call goes on where it was, and nothing is asked twice.
                        headers["Last-Event-ID"] = sse.id
        except httpx.TransportError:
            if "Last-Event-ID" not in headers:
                raise
            time.sleep(1)
