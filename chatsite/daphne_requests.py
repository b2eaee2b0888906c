"""Daphne's requests as we want them: bodies are bounded, in bytes and in time, and read by the application
alone; downloads wait.

Loaded once, before the server listens. Knows Daphne and Twisted, and of ours the limits and the errors
that say so.
"""

from typing import Any

from daphne import http_protocol
from daphne.server import reactor
from django.conf import settings

from chat.errors import ChatError, TooLarge
from chatsite import daphne_heads, daphne_transport, daphne_valve
from chatsite.body_pace import Pace, too_slow
from chatsite.daphne_valve import Valve
from chatsite.last_words import LAST_SECONDS, last_words

ALLOWANCE = 64 * 1024
"""What is over the limit by less, the application refuses itself: better, with all its headers."""
BEFORE_TWISTED = 0.5
"""Seconds. It waits as long for a byte (not for a whole body), and then closes without a word."""
OF_FILES = (b"Content-Length", b"Content-Disposition")
"""What has neither is an endless stream, whose memory is bounded by what it tells."""
LAST_BYTES = 1024 * 1024
"""What of a refused body is still read. Then its sender waits until the line is cut."""


class Request(http_protocol.WebRequest):
    """Daphne's own, with six things changed.

    Twisted would parse forms before the application: work done twice, and a 400 of its own. And it
    would write a body to disk to its end, wherever that is, before the application hears of it. And a
    download would lie in memory as a whole, while its client takes it. And a body that drips would be
    waited for without end. And a stream's pieces would each wait for a turn of the loop, and each be
    looked at like the first.
    """

    valve: Valve | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, parsePOSTFormSubmission=False, **options)
        self._limit: int | None = None
        self._received = 0
        self._refused = False
        self._begun = False
        """A body that comes in pieces was begun."""
        self._pace: Pace | None = None
        self._looking: Any = None
        """At the pace of a body that is on its way: the call that is due next."""

    def gotLength(self, length: int | None) -> None:  # noqa: N802 (Twisted's name)
        """The headers are read; None stands for a body in chunks."""
        super().gotLength(length)
        # Daphne believes whoever sends it: other views would run behind the paths that need no middleware.
        self.requestHeaders.removeHeader(b"Daphne-Root-Path")
        self._limit = settings.CHAT_MAX_BODY_BYTES or None
        if b"websocket" in map(bytes.lower, self.requestHeaders.getRawHeaders(b"Upgrade", [])):
            # Daphne would hand the body of a handshake to Autobahn in one piece, which copies it for each
            # frame in it: a few megabytes of little frames would keep the process busy for minutes.
            self._limit = 0
        if self._is_over(length or 0):
            # Else Twisted would ask for the body after all.
            self.requestHeaders.removeHeader(b"Expect")
            self._refuse_too_large()
        elif length != 0:
            self._pace = Pace(reactor.seconds())
            self._look()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        self._received += len(data)
        if self._pace is not None:
            self._pace.came(reactor.seconds(), len(data))
        if not self._refused and self._is_over(self._received):
            self._refuse_too_large()
        if not self._refused:
            super().handleContentChunk(data)
        elif self._received > self._read_at_most:
            self.transport.pauseProducing()

    def requestReceived(self, *request_line: bytes) -> None:  # noqa: N802
        """The body is here to its end."""
        self._look_no_more()
        if self._refused:
            self.loseConnection()
        else:
            super().requestReceived(*request_line)

    def handle_reply(self, message: dict[str, Any]) -> None:
        if self._begun and message.get("more_body") and self._write_on(message.get("body", b"")):
            return
        begins = message.get("more_body") and not self._begun
        if begins and any(map(self.responseHeaders.hasHeader, OF_FILES)) and self.channel is not None:
            self.valve = Valve()
            self.registerProducer(self.valve, True)
        super().handle_reply(message)
        if begins and self.channel is not None:
            # From the second write on: the first goes out in one packet with the headers.
            self._begun = True
            self.channel.transport.eager = self.valve is None

    def _write_on(self, piece: bytes) -> bool:
        """Write a further piece of a stream. What Daphne and Twisted look at before each they looked at
        before the first one.
        """
        if self.channel is None or self.finished or not self.chunked:
            return False
        if piece:
            self.sentLength += len(piece)
            self.channel.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        return True

    def finish(self) -> None:
        if self.valve is not None:
            self.unregisterProducer()
        if self._begun and self.channel is not None:
            self.channel.transport.eager = False
        super().finish()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        self._look_no_more()
        if self.valve is not None:
            self.valve.stopProducing()
        super().connectionLost(reason)

    def _is_over(self, size: int) -> bool:
        return self._limit is not None and size > self._limit + ALLOWANCE

    def _look(self) -> None:
        """Whether the body comes fast enough, each time that it might not."""
        assert self._pace is not None
        left = self._pace.deadline - BEFORE_TWISTED - reactor.seconds()
        if left > 0:
            self._looking = reactor.callLater(left, self._look)
        else:
            self._looking = None
            self._refuse(too_slow(), "Request Timeout")

    def _look_no_more(self) -> None:
        looking, self._looking = self._looking, None
        if looking is not None:
            looking.cancel()

    def _refuse_too_large(self) -> None:
        self._look_no_more()
        self._refuse(TooLarge(f"The body is over the limit of {self._limit} bytes."), "Content Too Large")

    def _refuse(self, error: ChatError, reason: str) -> None:
        """Answer at once, and close later: to close on bytes that nobody read would destroy the answer."""
        self._refused = True
        self._read_at_most = self._received + LAST_BYTES
        self.channel.write(last_words(error, reason))
        # Does nothing if the connection is gone by then.
        reactor.callLater(LAST_SECONDS, self.loseConnection)


def install() -> None:
    """From now on every HTTP request of this process is such a one."""
    daphne_heads.install()
    daphne_transport.install()
    daphne_valve.install()
    http_protocol.WebRequest = Request
