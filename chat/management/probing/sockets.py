"""A WebSocket through one hop: whether it opens, and how fast its frames come back."""

import json
import time
from dataclasses import dataclass
from typing import Final

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from chat.management.probing.target import CONNECT_SECONDS, Target

PINGS: Final = 5
BETWEEN_SECONDS: Final = 0.1
PATIENCE_SECONDS: Final = 5.0
"""For an answer that takes milliseconds: what is later is held back."""


@dataclass(frozen=True, slots=True)
class SocketSeen:
    """`slowest`: seconds for an answer; None where none came."""

    opened: bool
    slowest: float | None = None
    status: int | None = None
    """Of HTTP, where it was answered with another one than 101."""
    code: int | None = None
    """That it was closed with."""
    why: str = ""


def try_socket(target: Target, key: str) -> SocketSeen:
    """Open it, and send pings of the protocol, a few in a row."""
    opened = False
    try:
        with connect(
            target.socket_url,
            additional_headers={"Authorization": f"Bearer {key}"},
            # As a page at that address does: development servers refuse a socket that names no origin.
            origin=Origin(target.origin),
            subprotocols=[Subprotocol("chat.v1")],
            open_timeout=CONNECT_SECONDS,
            close_timeout=1,
            proxy=None,
        ) as socket:
            opened = True
            slowest = 0.0
            for _ in range(PINGS):
                began = time.monotonic()
                socket.send('{"type": "ping"}')
                while json.loads(socket.recv(began + PATIENCE_SECONDS - time.monotonic()))["type"] != "pong":
                    pass
                slowest = max(slowest, time.monotonic() - began)
                time.sleep(BETWEEN_SECONDS)
            return SocketSeen(opened, slowest)
    except InvalidStatus as error:
        return SocketSeen(opened, status=error.response.status_code)
    except ConnectionClosed as error:
        return SocketSeen(opened, code=error.rcvd.code if error.rcvd else None, why="it was closed")
    except TimeoutError:
        return SocketSeen(opened, why="no answer came")
    except (OSError, InvalidHandshake, ValueError, KeyError) as error:
        return SocketSeen(opened, why=type(error).__name__)
