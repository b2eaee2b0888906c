"""What processes say to each other: values to bytes and back. Pure.

Fields may be added, each with a default: in a rolling restart old and new processes talk.
"""

from typing import Any
from uuid import UUID

import msgspec

from chat.relay.ports import Piece


class Want(msgspec.Struct, frozen=True, tag="want"):
    """I follow this epoch of the reply and have so much. Opens a lease, renews it, asks again after a gap."""

    lease: UUID
    follower: UUID
    """The process that asks, and is answered."""
    reply: UUID
    epoch: UUID
    reasoning: int
    text: int
    again: bool = False
    """Something was lost: begin again from these lengths."""


class Leave(msgspec.Struct, frozen=True, tag="leave"):
    """I follow no more."""

    lease: UUID


class Grown(msgspec.Struct, frozen=True, tag="grown"):
    """To a follower: what came. An empty piece says what was sent so far, so that a lost one is noticed."""

    lease: UUID
    piece: Piece


class Over(msgspec.Struct, frozen=True, tag="over"):
    """To a follower: nothing more comes from here; the row tells what became of the reply."""

    lease: UUID


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """Stop this reply and tell me when it is saved."""

    call: UUID
    caller: UUID
    reply: UUID


class Stopped(msgspec.Struct, frozen=True, tag="stopped"):
    """The answer to a stop; `ended` is False when the reply does not run there."""

    call: UUID
    ended: bool


class Announced(msgspec.Struct, frozen=True, tag="announced"):
    """To all processes: an event for everything that this user has open."""

    sender: UUID
    user_id: int
    event: dict[str, Any]


Message = Want | Leave | Grown | Over | Stop | Stopped | Announced

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)


def encode(message: Message) -> bytes:
    return _encoder.encode(message)


def decode(data: bytes) -> Message:
    """Raises `msgspec.MsgspecError` on what is none of ours, such as a newer process's message."""
    return _decoder.decode(data)
