"""uvicorn's requests as we want them: what is sent beside bodies is bounded, and comes in time.

Its parser of HTTP takes headers, trailers and the framing of chunks without end, and waits for them for ever:
anybody could fill the memory of the process before the application hears of them. And what was answered
before its end (a body that was too large) keeps its connection for as long as a byte comes now and then. How
long the application waits for a body is its own matter (`request_bodies`). Loaded once, before the server
listens. Knows uvicorn, and of ours what is told of a head that is too large.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chatsite.heads import MOST, refusal
from chatsite.last_words import LAST_SECONDS

FRAMING: Final = 8
"""So many more may come with each byte of a body: chunks of a byte each have five."""
HEAD_SECONDS: Final = 60.0
"""From the connection to the end of its first head, as Daphne has it; from the first byte of another head to
its end; and until what was answered early has come to its end."""

_CHANGED: Final = (
    *("connection_made", "connection_lost", "data_received", "send_400_response"),
    *("on_message_begin", "on_headers_complete", "on_body", "on_message_complete"),
)
_plain: Final = {name: getattr(HttpToolsProtocol, name) for name in _CHANGED}


def _connection_made(self: Any, transport: asyncio.Transport) -> None:
    self.beside, self.refused = 0, False
    _plain["connection_made"](self, transport)
    _wait(self)


def _wait(self: Any) -> None:
    self.overdue = asyncio.get_running_loop().call_later(HEAD_SECONDS, _close_or_wait, self)


def _close_or_wait(self: Any) -> None:
    """While an answer is under way nothing is closed: this one's, or of a request before it."""
    if self.cycle is None or self.cycle.response_complete:
        self.transport.close()
    else:
        _wait(self)


def _connection_lost(self: Any, exc: Exception | None) -> None:
    self.overdue.cancel()
    _plain["connection_lost"](self, exc)


def _data_received(self: Any, data: bytes) -> None:
    if self.refused:
        return  # what still comes of it
    self.beside += len(data)
    _plain["data_received"](self, data)
    if self.beside > MOST and not self.refused and not self.transport.is_closing():
        _refuse(self)


def _send_400_response(self: Any, message: str) -> None:
    if self.beside > MOST:  # its parser takes no longer address
        _refuse(self)
    else:
        _plain["send_400_response"](self, message)


def _refuse(self: Any) -> None:
    """Answer at once, and close later."""
    self.refused = True
    self.transport.write(refusal())
    asyncio.get_running_loop().call_later(LAST_SECONDS, self.transport.close)


def _on_message_begin(self: Any) -> None:
    if self.cycle is not None:  # else since the connection
        self.overdue.cancel()
        _wait(self)
    _plain["on_message_begin"](self)


def _on_headers_complete(self: Any) -> None:
    self.overdue.cancel()
    _plain["on_headers_complete"](self)
    if not (self.parser.should_upgrade() and self._should_upgrade()):
        _wait(self)


def _on_body(self: Any, body: bytes) -> None:
    self.beside = max(self.beside - (1 + FRAMING) * len(body), 0)
    _plain["on_body"](self, body)


def _on_message_complete(self: Any) -> None:
    self.beside = 0
    self.overdue.cancel()
    _plain["on_message_complete"](self)


def install() -> None:
    """From now on every connection of this process is such a one."""
    for name in _CHANGED:
        setattr(HttpToolsProtocol, name, globals()[f"_{name}"])
