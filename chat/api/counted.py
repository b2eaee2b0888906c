"""Streams that are counted like sockets: among those that their user has open, until they are left."""

from collections.abc import AsyncIterator
from typing import Generic, Protocol, TypeVar

from chat import limits
from chat.auth.caller import Caller
from chat.wire.stream import Source

T_co = TypeVar("T_co", covariant=True)


class Owned(Source[T_co], Protocol[T_co]):
    """What somebody follows."""

    @property
    def caller(self) -> Caller: ...


class Counted(Generic[T_co]):
    """Of one that was opened after `limits.sockets.enter`; it gives the place back, once."""

    def __init__(self, stream: Owned[T_co]) -> None:
        self._stream = stream
        self._left = False

    def __aiter__(self) -> AsyncIterator[T_co]:
        return aiter(self._stream)

    def leave(self) -> None:
        self._stream.leave()
        if not self._left:
            self._left = True
            limits.sockets.leave(self._stream.caller)
