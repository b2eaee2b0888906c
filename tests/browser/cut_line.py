"""A line between the browser and the server that a test can cut, mend and slow, as a network does."""

import contextlib
import socket
import threading
import time
from typing import Self

from process.harness.waiting import until_true

RECEIVE_BYTES = 64 * 1024
"""Of what the server sends waits in the line: that it is slow is felt at once, and not megabytes later."""
ESTABLISHED = b"\x01"
"""The first byte of Linux's `TCP_INFO` is the state of the connection."""


class CutLine:
    """Passes connections on to a port of loopback; cut, it drops them and refuses new ones."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._is_cut = False
        self._open: set[socket.socket] = set()
        self._asked: dict[socket.socket, str] = {}
        """Of each open connection of a browser the address that it asked for last."""
        self._paces: dict[str, int] = {}
        self.most_open = 0
        """Connections of browsers that were open at the same time, at most."""
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        # A close alone does not wake the thread that waits in `accept`.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join()

    def cut(self) -> None:
        self._is_cut = True
        for end in list(self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._is_cut = False

    def slow(self, address: str, bytes_a_second: int) -> None:
        """From now on answers at addresses that begin so come no faster."""
        self._paces[address] = bytes_a_second

    def held(self, address: str) -> int:
        """How many connections are open on which an address that begins so was asked for last."""
        return sum(asked.startswith(address) for asked in list(self._asked.values()))

    def until_held(self, address: str, count: int) -> None:
        """Wait until so many are: one that was closed takes a moment to be gone."""
        until_true(lambda: self.held(address) == count, 10, f"{count} connections at {address}")

    def _accept(self) -> None:
        while True:
            try:
                browser, _address = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                browser.close()
                continue
            server = socket.socket()
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
            server.connect(("127.0.0.1", self._target))
            self._open |= {browser, server}
            self._asked[browser] = ""
            self.most_open = max(self.most_open, sum(map(_is_established, list(self._asked))))
            for source, target in ((browser, server), (server, browser)):
                threading.Thread(target=self._pump, args=(source, target), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if source in self._asked and data.startswith((b"GET ", b"POST ")):
                    self._asked[source] = data.split(b" ", 2)[1].decode()
                target.sendall(data)
                if pace := self._pace_to(target):
                    time.sleep(len(data) / pace)
        for end in (source, target):
            self._open.discard(end)
            self._asked.pop(end, None)
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        source.close()

    def _pace_to(self, browser: socket.socket) -> int | None:
        asked = self._asked.get(browser, "")
        return next((pace for address, pace in self._paces.items() if asked.startswith(address)), None)


def _is_established(connection: socket.socket) -> bool:
    """Whether the browser has it open still: its thread may not have noticed yet that it was closed."""
    try:
        return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) == ESTABLISHED
    except OSError:
        return False
