"""What a client may say on the WebSocket: the fields of each frame, beside its `type` and `ref`."""

from typing import Literal

import msgspec

from chat.service.requests import Again, Ask

MAX_BYTES = 1 << 20
"""Of one frame, in UTF-8. Daphne enforces the same number by default; other servers allow more."""
MAX_REF_CHARS = 200
"""A `ref` is sent back as it came, so it must not be a way to make the server send much."""

Ref = str | int | None
"""What a client marks a frame with, to know the answer by."""


class Follow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Follow a reply, from its beginning or from the position that `last_event_id` names."""

    reply: str
    last_event_id: str | None = None
    render: Literal["html"] | None = None


class Unfollow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Follow it no more; counts as leaving."""

    reply: str


class Stop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """End the reply with what has arrived."""

    reply: str


class Watch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tell `changed` from now on, too. Clients from before it was there see nothing new."""


class Ping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Is anybody there?"""


ASKING: dict[str, type[Ask | Again]] = {"send": Ask, "regenerate": Again, "continue": Again}
"""Frames that begin a reply: the fields of the HTTP calls, and what those have in the query or headers."""
Plain = Follow | Unfollow | Stop | Watch | Ping
PLAIN: dict[str, type[Plain]] = {
    "follow": Follow,
    "unfollow": Unfollow,
    "stop": Stop,
    "watch": Watch,
    "ping": Ping,
}
