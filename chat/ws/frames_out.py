"""What the server says on a socket, as JSON texts. Pure. The events themselves are encoded by `chat.wire`."""

import math
from typing import Any

import msgspec

from chat.errors import ChatError
from chat.events import Batch, Start
from chat.service.frames import Ref
from chat.wire import frames
from chat.wire.event_json import encode_json, one_line

PONG = '{"type":"pong"}'


def events(batch: Batch, ref: Ref = None) -> list[str]:
    """A frame per event. `ref` marks a `start` that answers a frame."""
    texts = frames.encode(batch)
    if ref is not None and batch.events and isinstance(batch.events[0], Start):
        texts[0] = _text(msgspec.json.decode(texts[0]) | {"ref": ref})
    return texts


def ack(ref: Ref, **answer: Any) -> str:
    """The frame was done; `answer` is what the same HTTP call would have answered, where it has a body."""
    return _text({"type": "ack", "ref": ref} | answer)


def error(ref: Ref, refusal: ChatError) -> str:
    """The frame was refused, or what it began has failed. The socket stays open."""
    frame = {"type": "error", "ref": ref, "error": refusal.as_dict()}
    if refusal.retry_after is not None:
        frame["retry_after"] = max(math.ceil(refusal.retry_after), 1)
    return _text(frame)


def _text(frame: dict[str, Any]) -> str:
    return one_line(encode_json(frame)).decode()
