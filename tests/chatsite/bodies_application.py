"""A server process for `test_bodies_without_end.py`: answers 200, and tells of each body that it gets."""

import sys
from typing import Any

from daphne.server import Server
from django.conf import settings

from chatsite import daphne_requests


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message["body"])
        more = message["more_body"]
    print("body", size, flush=True)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"Content-Length", b"0")]})
    await send({"type": "http.response.body"})


if __name__ == "__main__":
    settings.configure(CHAT_MAX_BODY_BYTES=int(sys.argv[1]))
    daphne_requests.install()
    server = Server(application, endpoints=["tcp:port=0:interface=127.0.0.1"])
    server.listen_success = lambda port: print("port", port.getHost().port, flush=True)
    server.run()
