"""What a client's frame says: text to values. Pure: knows no socket, calls nothing, waits for nothing.

The fields of `send`, `regenerate` and `continue` are those of the HTTP calls, checked by the same code.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from chat.errors import BadRequest
from chat.service.frames import MAX_BYTES, MAX_REF_CHARS, PLAIN, Plain, Ref
from chat.service.requests import Again, Ask
from chat.service.requests import decode as decode_fields


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


Frame = Send | Regenerate | Continue | Plain


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


def _plain(kind: type[Plain]) -> Callable[[dict[str, Any]], Frame]:
    return lambda fields: decode_fields(kind, fields)


_READERS: dict[str, Callable[[dict[str, Any]], Frame]] = {
    "send": _send,
    "regenerate": _regenerate,
    "continue": _continue,
    **{name: _plain(kind) for name, kind in PLAIN.items()},
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
