"""Streams that are counted like sockets: among those that their user has open, until they are left."""

from collections.abc import AsyncIterator
from typing import Generic, TypeVar

from chat.limits.places import Place
from chat.wire.stream import Source

T_co = TypeVar("T_co", covariant=True)


class Counted(Generic[T_co]):
    """Of one that was opened after `limits.sockets.enter`; it gives the place back."""

    def __init__(self, stream: Source[T_co], place: Place) -> None:
        self._stream = stream
        self._place = place

    def __aiter__(self) -> AsyncIterator[T_co]:
        return aiter(self._stream)

    def leave(self) -> None:
        self._stream.leave()
        self._place.leave()
