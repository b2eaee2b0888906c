"""Daphne's heads as we want them: as long as uvicorn's may be, and one that is longer is told so.

Twisted takes lines of 16 KB, and closes without a word on longer ones. Loaded once, before the server
listens. Knows Daphne and Twisted, and of ours what is told.
"""

from typing import Any

from daphne.server import reactor
from twisted.web import http

from chatsite.heads import MOST, refusal
from chatsite.last_words import LAST_SECONDS

_channel: Any = http.HTTPChannel
_plain_line_received = _channel.lineReceived


def install() -> None:
    """From now on every connection of this process is such a one."""
    _channel.MAX_LENGTH = _channel.totalHeadersSize = MOST
    _channel.lineReceived = _line_received
    _channel.lineLengthExceeded = _refuse


def _line_received(self: Any, line: bytes) -> None:
    if self._receivedHeaderSize + len(line) > MOST:
        _refuse(self, line)
    else:
        _plain_line_received(self, line)


def _refuse(self: Any, line: bytes) -> None:
    """Answer at once, and close later."""
    self.clearLineBuffer()
    self.dataReceived = _forget
    self.transport.write(refusal())
    reactor.callLater(LAST_SECONDS, self.loseConnection)  # does nothing if the connection is gone by then


def _forget(data: Any) -> None:
    """What still comes of it."""
