"""How far a client has read, and its opaque form: the event id."""

import base64
import binascii
import re
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from chat.errors import BadRequest

_ID = re.compile(r"([A-Za-z0-9_-]{43})\.(0|[1-9]\d{0,9})\.(0|[1-9]\d{0,9})(\.e)?", re.ASCII)


class Position(Struct, frozen=True):
    """Lengths already received of one reply, and the completion (epoch) in which they were.

    A length means nothing without its epoch: after a crash the same reply may be shorter than
    what a client saw, and grow again with another text.
    """

    reply: UUID
    epoch: UUID
    reasoning: int
    text: int
    ended: bool = False

    def encode(self) -> str:
        return encode(prefix(self.reply, self.epoch), self.reasoning, self.text, self.ended)

    def at(self, *, reasoning: int, text: int) -> "Position":
        return replace(self, reasoning=reasoning, text=text)


def prefix(reply: UUID, epoch: UUID) -> str:
    """The part of an event id that stays the same for all of an epoch: made once, not per token."""
    return base64.urlsafe_b64encode(reply.bytes + epoch.bytes).rstrip(b"=").decode()


def encode(id_prefix: str, reasoning: int, text: int, ended: bool) -> str:
    """The event id for these lengths. Opaque to clients."""
    return f"{id_prefix}.{reasoning}.{text}.e" if ended else f"{id_prefix}.{reasoning}.{text}"


def decode(event_id: str) -> Position:
    """The position that an event id stands for. Raises `BadRequest` when it is none of ours."""
    match = _ID.fullmatch(event_id)
    if match is None:
        raise _malformed()
    try:
        ids = base64.urlsafe_b64decode(match[1] + "=")
    except (binascii.Error, ValueError) as error:
        raise _malformed() from error
    return Position(
        reply=UUID(bytes=ids[:16]),
        epoch=UUID(bytes=ids[16:]),
        reasoning=int(match[2]),
        text=int(match[3]),
        ended=match[4] is not None,
    )


def _malformed() -> BadRequest:
    return BadRequest(
        "This Last-Event-ID is not one that this server sent. Leave it out to read from the beginning.",
        code="invalid_event_id",
        param="Last-Event-ID",
    )
