"""A server process for `test_slow_downloads.py`: a download of many pieces; tells of each that was sent."""

import sys
from typing import Any

from daphne.server import Server
from django.conf import settings

from chatsite import daphne_requests

PIECE = b"x" * 262_144


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    pieces = int(sys.argv[1])
    length = (b"Content-Length", str(pieces * len(PIECE)).encode())
    named = (b"Content-Disposition", b"attachment")
    headers = [length if scope["path"] == "/sized" else named]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for number in range(pieces):
        await send({"type": "http.response.body", "body": PIECE, "more_body": number + 1 < pieces})
        print("sent", number, flush=True)


if __name__ == "__main__":
    settings.configure(CHAT_MAX_BODY_BYTES=0)
    daphne_requests.install()
    server = Server(application, endpoints=["tcp:port=0:interface=127.0.0.1"])
    server.listen_success = lambda port: print("port", port.getHost().port, flush=True)
    server.run()
