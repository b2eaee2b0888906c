"""What the messages of programs hold beside text: tools that were called, and parts that are no text."""

from dataclasses import dataclass
from typing import Any

import msgspec
from django.utils.translation import gettext as _

MOST = 20_000
"""Characters of an argument or part that are shown; the export has all."""


@dataclass(frozen=True, slots=True)
class ShownCall:
    """A tool that the model wanted called."""

    name: str
    arguments: str


def calls_of(message: dict[str, Any]) -> tuple[ShownCall, ...]:
    return tuple(
        ShownCall(call["function"]["name"], _readable(call["function"]["arguments"]))
        for call in message.get("tool_calls", ())
    )


def other_parts_of(message: dict[str, Any]) -> tuple[str, ...]:
    """Each in one line: an address as it is, never as a picture, which would be fetched from there."""
    return tuple(map(_told, message.get("parts", ())))


def _told(part: dict[str, Any]) -> str:
    image = part.get("image_url")
    url = image.get("url") if isinstance(image, dict) else image
    if isinstance(url, str):
        return _("Image: %(address)s") % {"address": url[:MOST]}
    return _("Part of the kind %(kind)s") % {"kind": str(part.get("type"))[:100]}


def _readable(arguments: str) -> str:
    """JSON with a line for each field; what is none as it is."""
    try:
        pretty = msgspec.json.format(arguments.encode(), indent=2).decode()
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pretty = arguments
    return pretty if len(pretty) <= MOST else pretty[:MOST] + " …"
