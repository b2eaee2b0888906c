"""A reply as the `chat.completion.chunk` objects that clients of OpenAI's API read."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chat.events import Batch, Delta, End, Event, Reasoning, Start, ToolCalls
from chat.wire.event_json import encode_json, one_line
from chat.wire.restart import RestartWatch, StartedAgain
from chat.wire.sse import KEEP_ALIVE, block

CONTENT_TYPE = "text/event-stream"

DONE = b"[DONE]"


class Encoder:
    """Writes one stream. Where text would have to be taken back, which a chunk cannot, `StartedAgain` has an
    error to end with: a client that came back and got the whole text would have it twice.

    Every chunk has a string in `choices[0].delta.content`, which many clients join unseen. The one
    chunk without choices, usage, comes only to those who asked for it, as OpenAI's own does.
    """

    def __init__(self, reply: str, model: str, *, include_usage: bool = False, resumed: bool = False) -> None:
        self._frame: dict[str, Any] = {
            "id": completion_id(reply),
            "object": "chat.completion.chunk",
            "created": created(reply),
            "model": model,
        }
        self._include_usage = include_usage
        self._watch = RestartWatch(resumed=resumed)

    def encode(self, batch: Batch) -> bytes:
        """The batch as one write of SSE blocks; the last carries the position, `[DONE]` too."""
        if not batch.events:
            return KEEP_ALIVE
        if self._watch.starts_again(batch):
            raise StartedAgain(block(error_data(_TEXT_LOST), None))
        blocks = [data for event in batch.events for data in self._blocks(event)]
        last = len(blocks) - 1
        return b"".join(block(data, batch.id if n == last else None) for n, data in enumerate(blocks))

    def _blocks(self, event: Event) -> list[bytes]:
        match event:
            case Start():
                return [self._chunk({"role": "assistant", "content": ""})]
            case Delta():
                return [self._chunk({"content": event.text})]
            case Reasoning():
                return [self._chunk({"content": "", "reasoning_content": event.text})]
            case ToolCalls():
                calls = [{"index": index, **call} for index, call in enumerate(event.tool_calls)]
                return [self._chunk({"content": "", "tool_calls": calls})]
            case End():
                return self._end(event)
        return []

    def _end(self, end: End) -> list[bytes]:
        if end.error is not None or end.status in ("failed", "interrupted"):
            return [error_data(end.error or _INTERRUPTED)]
        blocks = [self._chunk({"content": ""}, finish_reason=end.finish_reason or "stop")]
        if self._include_usage:
            blocks.append(_data({**self._frame, "choices": [], "usage": end.usage}))
        return [*blocks, DONE]

    def _chunk(self, delta: dict[str, Any], *, finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        chunk = {**self._frame, "choices": [choice]}
        if self._include_usage:
            chunk["usage"] = None
        return _data(chunk)


_INTERRUPTED = {
    "type": "server_error",
    "code": "interrupted",
    "message": "The reply was cut off before its end. What had arrived is saved.",
    "param": None,
}

_TEXT_LOST = {
    "type": "server_error",
    "code": "text_lost",
    "message": "A server was killed, and with it text that this stream had. Send the call with its"
    " Idempotency-Key and without Last-Event-ID to read all that was saved.",
    "param": None,
}


def whole(
    reply: str,
    model: str,
    *,
    text: str,
    reasoning: str,
    tool_calls: Sequence[dict[str, Any]],
    finish_reason: str | None,
    usage: dict[str, Any] | None,
) -> dict[str, Any]:
    """A reply that ended, as the `chat.completion` of a call that is not streamed."""
    said: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    if reasoning:
        said["reasoning_content"] = reasoning
    if tool_calls:
        said |= {"content": text or None, "tool_calls": tool_calls}
    choice = {"index": 0, "message": said, "logprobs": None, "finish_reason": finish_reason or "stop"}
    return {
        "id": completion_id(reply),
        "object": "chat.completion",
        "created": created(reply),
        "model": model,
        "choices": [choice],
        "usage": usage,
    }


def completion_id(reply: str) -> str:
    """The name of a reply in OpenAI's form; the same in every stream of it."""
    return f"chatcmpl-{reply}"


def created(reply: str) -> int:
    """When the reply was made, in seconds since 1970: our ids (UUID version 7) begin with the time."""
    return (UUID(reply).int >> 80) // 1000


def error_data(error: dict[str, Any]) -> bytes:
    """The data of an error in a stream, as OpenAI's clients raise it."""
    return _data({"error": error})


def _data(value: dict[str, Any]) -> bytes:
    return one_line(encode_json(value))
