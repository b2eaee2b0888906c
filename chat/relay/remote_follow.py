"""The reading side of a remote follow: joins what the owner sends, and knows when something is missing.

Holds one joined piece at most, however slow its reader is. Sends nothing itself.
"""

import asyncio
from uuid import UUID

from chat.ids import new_id
from chat.relay.messages import Want
from chat.relay.ports import Piece

Asides = tuple[int | None, str | None]
"""What has no position: the place in the queue, and the title."""


class RemoteFollow:
    """An async iterator of pieces without gap or overlap; None where nothing was heard for a while."""

    def __init__(
        self, reply: UUID, epoch: UUID, server: UUID, *, reasoning: int, text: int, now: float
    ) -> None:
        self.lease = new_id()
        self.server = server
        self.asked = now
        """When the owner was last asked, by the relay's clock."""
        self.heard = True
        """Whether anything came since it was last asked."""
        self._reply = reply
        self._epoch = epoch
        self._reasoning = _Joining(reasoning)
        self._text = _Joining(text)
        self._asides: Asides = (None, None)
        self._told_asides: Asides = (None, None)
        self._gap = False
        self._silent = False
        self._over = False
        self._changed = asyncio.Event()

    def want(self, follower: UUID, now: float, *, again: bool = False) -> Want:
        """What to ask the owner now. `again`: something may have been lost on the way."""
        self.asked, self.heard = now, False
        return Want(
            lease=self.lease,
            follower=follower,
            reply=self._reply,
            epoch=self._epoch,
            reasoning=self._reasoning.received,
            text=self._text.received,
            again=again or self._gap,
        )

    def receive(self, piece: Piece) -> bool:
        """Take in what the owner sent. False: something before it was lost, and is to be asked for again."""
        self.heard = True
        if piece.reasoning_offset > self._reasoning.received or piece.text_offset > self._text.received:
            # Pieces that were on their way behind the lost one need not each ask again.
            first, self._gap = not self._gap, True
            return not first
        self._gap = False
        grew = self._reasoning.receive(piece.reasoning_offset, piece.reasoning)
        grew = self._text.receive(piece.text_offset, piece.text) or grew
        place, title = self._asides
        self._asides = (place if piece.place is None else piece.place, piece.title or title)
        if grew or self._asides != self._told_asides:
            self._changed.set()
        return True

    def silence(self) -> None:
        """Nothing was heard since the owner was asked: the reader is to look at the row."""
        self._silent = True
        self._changed.set()

    def over(self) -> None:
        """Nothing more will come."""
        self._over = True
        self._changed.set()

    def __aiter__(self) -> "RemoteFollow":
        return self

    async def __anext__(self) -> Piece | None:
        await self._changed.wait()
        if self._reasoning.waits or self._text.waits or self._asides != self._told_asides:
            self._told_asides = self._asides
            piece = Piece(*self._reasoning.take(), *self._text.take(), *self._asides)
            self._settle()
            return piece
        if self._over:
            raise StopAsyncIteration
        self._silent = False
        self._settle()
        return None

    def _settle(self) -> None:
        if not self._over and not self._silent:
            self._changed.clear()


class _Joining:
    """A text that arrives in pieces and is taken in larger ones. Lengths are in code points."""

    __slots__ = ("_pieces", "_taken", "received")

    def __init__(self, length: int) -> None:
        self.received = length
        self._taken = length
        self._pieces: list[str] = []

    @property
    def waits(self) -> bool:
        return bool(self._pieces)

    def receive(self, offset: int, piece: str) -> bool:
        """Append what is new of it: after `again` the owner sends what may have come all the same."""
        new = piece[self.received - offset :]
        if new:
            self._pieces.append(new)
            self.received += len(new)
        return bool(new)

    def take(self) -> tuple[int, str]:
        """The offset and all that came since the last time."""
        offset, text = self._taken, "".join(self._pieces)
        self._pieces.clear()
        self._taken = self.received
        return offset, text
