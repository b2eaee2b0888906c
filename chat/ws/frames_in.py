"""What a client's frame says: text to values. Pure: knows no socket, calls nothing, waits for nothing.

The fields of `send`, `regenerate` and `continue` are those of the HTTP calls, checked by the same code.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import msgspec

from chat.errors import BadRequest
from chat.service.requests import Again, Ask
from chat.service.requests import decode as decode_fields

MAX_BYTES = 1 << 20
"""Of one frame, in UTF-8. Daphne enforces the same number by default; other servers allow more."""
MAX_REF_CHARS = 200
"""A `ref` is sent back as it came, so it must not be a way to make the server send much."""

Ref = str | int | None
"""What a client marks a frame with, to know the answer by."""


@dataclass(frozen=True, slots=True)
class Send:
    """Ask. `key`: the same one again joins the first one's reply."""

    ask: Ask
    render: bool
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Regenerate:
    """A new reply to the same request."""

    message: str
    again: Again
    render: bool
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Continue:
    """Go on with a reply that was cut off."""

    message: str
    again: Again
    render: bool
    key: str | None = None


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


Frame = Send | Regenerate | Continue | Follow | Unfollow | Stop | Watch | Ping


def too_large(frame: str | bytes | None) -> bool:
    """Whether a frame is over the limit that closes the socket with 1009."""
    if frame is None:
        return False
    if isinstance(frame, str) and MAX_BYTES / 4 < len(frame) <= MAX_BYTES:
        frame = _encoded(frame)
    return len(frame) > MAX_BYTES


def decode(text: str | None) -> dict[str, Any]:
    """The fields of a frame; None stands for a binary one. Raises `BadRequest`."""
    if text is None:
        raise BadRequest("Frames are JSON text; this one is binary.", code="invalid_json")
    try:
        fields = msgspec.json.decode(_encoded(text))
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadRequest("This frame is not JSON that the server can read.", code="invalid_json") from error
    if not isinstance(fields, dict):
        raise BadRequest("A frame is a JSON object.", code="invalid_json")
    return fields


def take_ref(fields: dict[str, Any]) -> Ref:
    """The frame's `ref`, taken out of its fields. Raises `BadRequest`."""
    ref = fields.pop("ref", None)
    if ref is None or (isinstance(ref, str) and len(ref) <= MAX_REF_CHARS) or type(ref) is int:
        return ref
    raise BadRequest(f"`ref` is a number or a text of at most {MAX_REF_CHARS} characters.", param="ref")


def read(fields: dict[str, Any]) -> Frame:
    """What the frame asks for. `ref` was taken out before. Raises `BadRequest`."""
    kind = fields.pop("type", None)
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise BadRequest(f"`type` is one of: {', '.join(_READERS)}.", code="unknown_type", param="type")
    return reader(fields)


def _send(fields: dict[str, Any]) -> Send:
    render, key = _take_render(fields), _take_key(fields)
    return Send(decode_fields(Ask, fields), render, key)


def _regenerate(fields: dict[str, Any]) -> Regenerate:
    message, render, key = _take_message(fields), _take_render(fields), _take_key(fields)
    return Regenerate(message, decode_fields(Again, fields), render, key)


def _continue(fields: dict[str, Any]) -> Continue:
    message, render, key = _take_message(fields), _take_render(fields), _take_key(fields)
    return Continue(message, decode_fields(Again, fields), render, key)


_READERS: dict[str, Callable[[dict[str, Any]], Frame]] = {
    "send": _send,
    "follow": partial(decode_fields, Follow),
    "unfollow": partial(decode_fields, Unfollow),
    "regenerate": _regenerate,
    "continue": _continue,
    "stop": partial(decode_fields, Stop),
    "watch": partial(decode_fields, Watch),
    "ping": partial(decode_fields, Ping),
}


def _take_message(fields: dict[str, Any]) -> str:
    message = fields.pop("message", None)
    if not isinstance(message, str):
        raise BadRequest("`message` is the id of the message.", param="message")
    return message


def _take_render(fields: dict[str, Any]) -> bool:
    render = fields.pop("render", None)
    if render not in (None, "html"):
        raise BadRequest('`render` is "html" or left out.', param="render")
    return render is not None


def _take_key(fields: dict[str, Any]) -> str | None:
    """What the header `Idempotency-Key` is to the HTTP calls; how long it may be, the service says."""
    key = fields.pop("idempotency_key", None)
    if key is not None and not isinstance(key, str):
        raise BadRequest("`idempotency_key` is a text.", param="idempotency_key")
    return key


def _encoded(text: str) -> bytes:
    # A server that let half a surrogate through is not to break us: the JSON reader refuses the bytes.
    return text.encode("utf-8", "surrogatepass")
