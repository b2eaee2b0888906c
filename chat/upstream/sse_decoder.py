"""Bytes of an event stream in, the data of its events out: the WHATWG rules, without I/O.

Only `data` matters to us; `event`, `id` and `retry` say nothing that a provider's JSON does not.
"""

from chat.upstream import errors

BOM = b"\xef\xbb\xbf"
DATA = b"data: "
MAX_EVENT_BYTES = 8 * 1024 * 1024
"""A whole reply of a million characters in one event fits, escaped; a line that never ends does not."""


class SSEDecoder:
    """Feed it what each read brought, cut anywhere: in a character, in a line, between CR and LF."""

    __slots__ = ("_after_cr", "_begun", "_data", "_rest", "_size")

    def __init__(self) -> None:
        self._begun = False
        self._after_cr = False
        """The last read ended with CR: an LF that begins the next one belongs to it."""
        self._rest = bytearray()
        """The line that has not ended yet."""
        self._data: list[bytes] = []
        """The `data` lines of the event that has not ended yet."""
        self._size = 0

    def feed(self, read: bytes) -> list[bytes]:
        """The data of the events that are complete now. Raises `UpstreamError` for one without bounds."""
        if b"\n\n" in read and self._begun and not self._data and not self._after_cr:
            plain = self._plain_events(bytes(self._rest) + read if self._rest else read)
            if plain is not None:
                return plain
        if not self._begun:
            read = bytes(self._rest) + read
            self._rest.clear()
            if len(read) < len(BOM) and BOM.startswith(read):
                self._rest += read
                return []
            self._begun = True
            read = read.removeprefix(BOM)
        if self._after_cr and read:
            self._after_cr = False
            read = read.removeprefix(b"\n")
        if b"\n" not in read and b"\r" not in read:
            self._rest += read
            self._check_bounds()
            return []
        lines = (bytes(self._rest) + read).splitlines(keepends=True)
        self._rest.clear()
        self._after_cr = read.endswith(b"\r")
        if not lines[-1].endswith((b"\n", b"\r")):
            self._rest += lines.pop()
        events: list[bytes] = []
        for line in lines:
            self._take(line.rstrip(b"\r\n"), events)
        self._check_bounds()
        return events

    def _plain_events(self, read: bytes) -> list[bytes] | None:
        """What nearly every provider writes, a line of data and an empty one, in a few steps for all of them:
        a third of what a look at each line takes. None where there is anything else.
        """
        end = read.rindex(b"\n\n")
        events = read[len(DATA) : end].split(b"\n\n" + DATA)
        if not read.startswith(DATA) or b"\r" in read or read.count(b"\n") != 2 * len(events):
            return None
        self._rest.clear()
        self._rest += read[end + 2 :]
        return events

    def finish(self) -> list[bytes]:
        """The event that the stream ended in, if any.

        The standard drops it. Some providers leave the last blank line out, and one that ends inside
        an event must be found out, not taken for complete: so it is handed on, to be judged as JSON.
        """
        events: list[bytes] = []
        self._take(bytes(self._rest), events)
        self._take(b"", events)
        self._rest.clear()
        return events

    def _take(self, line: bytes, events: list[bytes]) -> None:
        if not line:
            if self._data:
                events.append(b"\n".join(self._data))
                self._data.clear()
                self._size = 0
            return
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
            self._size += len(value)

    def _check_bounds(self) -> None:
        if len(self._rest) + self._size > MAX_EVENT_BYTES:
            raise errors.malformed()
