"""What a call that brings its whole history says: values, on their way from reading to storing them."""

import re
from dataclasses import dataclass

from chat.parts import Parts

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that came inside the message."""

    content_type: str
    data: bytes
    param: str
    """Where it was in the call."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message. `parts` are for `Message.parts`."""

    role: str
    text: str
    reasoning: str = ""
    parts: Parts | None = None
    pictures: tuple[Picture, ...] = ()
    chain: str = ""
    """SHA-256 over this message and all before it but instructions; empty where no call can end here."""


@dataclass(frozen=True, slots=True)
class History:
    """What was said, and the instructions that it began with."""

    said: tuple[Said, ...]
    instructions: str


def plain(text: str) -> str:
    """A text as it is compared: clients trim what they show, and send it back so."""
    return _SPACE.sub(" ", text).strip()
