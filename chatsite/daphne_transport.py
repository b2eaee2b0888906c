"""What Daphne's connections lack: a piece of a stream goes out as it is written.

Twisted keeps it, asks the loop to be told when the socket takes something, and sends it a turn later: two
system calls and a callback more for each token. Loaded once, before the server listens.
"""

from collections.abc import Iterable

from twisted.internet import tcp


class Connection(tcp.Server):
    """Twisted's own; `eager` is set by a protocol once what it writes should not wait for more."""

    eager = False

    def write(self, data: bytes) -> None:
        if not self.eager or (data := self._not_sent(data)):
            super().write(data)  # type: ignore[no-untyped-call]

    def writeSequence(self, iovec: Iterable[bytes]) -> None:  # noqa: N802 (Twisted's name)
        if self.eager:
            self.write(b"".join(iovec))
        else:
            super().writeSequence(iovec)  # type: ignore[no-untyped-call]

    def _not_sent(self, data: bytes) -> bytes:
        """What the socket did not take at once: all, where something waits already."""
        waiting = self._tempDataBuffer or self.dataBuffer
        if waiting or self.TLS or self.disconnecting or self._writeDisconnected or not self.connected:
            return data
        try:
            return data[self.socket.send(data) :]
        except OSError:
            return data  # it is full, or the client went: Twisted finds out in its own way


def install() -> None:
    """From now on every connection that comes in is such a one."""
    tcp.Port.transport = Connection
