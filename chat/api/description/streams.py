"""The forms in which a reply comes piece by piece, each with what one piece of it is.

OpenAPI 3.1 knows no streams. Of server-sent events the schema is that of one block, its fields as a
client's parser gives them: so `itemSchema` has it in 3.2, and so tools that know streams read it. Of
the other forms the schema is the body's, and `x-itemSchema` that of one line.
"""

from dataclasses import dataclass
from typing import Any

from chat.api.description.examples import DELTA, END, POSITION, START
from chat.api.description.openai_schemas import CHUNK
from chat.api.description.values import TEXT, Schema, ref
from chat.wire.event_json import encode_json


@dataclass(frozen=True, slots=True)
class Form:
    media_type: str
    text: str
    item: Schema | None
    example: str
    done: bool = False
    """Whether `[DONE]`, which is no JSON, may stand at its end."""

    def described(self) -> dict[str, Any]:
        """The media type's value in OpenAPI."""
        if self.media_type == "text/event-stream":
            return {
                "schema": {**_block(self.item, done=self.done), "description": self.text},
                "x-example": self.example,
            }
        described = {"schema": {**TEXT, "description": self.text}, "example": self.example}
        return described if self.item is None else {**described, "x-itemSchema": self.item}


def _block(item: Schema | None, *, done: bool) -> Schema:
    data: Schema = {**TEXT, "contentMediaType": "application/json", "contentSchema": item}
    if done:
        data = {"anyOf": [{"const": "[DONE]"}, data]}
    properties = {"data": data, "id": TEXT, "retry": {"type": "integer"}}
    return {"type": "object", "properties": properties}


def _line(event: dict[str, Any]) -> str:
    return encode_json(event).decode()


_PIECE = _line({"number": 0, "sent": 1764230400.1, "padding": "", "type": "piece"})

FORMS = {
    "sse": Form(
        "text/event-stream",
        "Blocks of `data:` (an `Event` as JSON) and `id:` (the position after it); with `format=openai` the "
        "data are chunks as on `/v1`, then `[DONE]`. Comments keep a quiet connection alive.",
        {"anyOf": [ref("Event"), ref("ChatCompletionChunk")]},
        f"data: {_line(START)}\nretry: 2000\n\ndata: {_line(DELTA)}\nid: {POSITION}\n\ndata: {_line(END)}\n"
        f"id: {POSITION}.e\n\n",
        done=True,
    ),
    "ndjson": Form(
        "application/x-ndjson",
        'An `Event` a line, with its position as `id`. After a silence `{"type":"ping"}`.',
        {"anyOf": [ref("Event"), ref("Ping")]},
        "".join(f"{_line(event)}\n" for event in (START, {**DELTA, "id": POSITION}, END)),
    ),
    "text": Form("text/plain", "The reply's text alone. It cannot say how it ended.", None, "Because"),
    "live": Form(
        "text/event-stream",
        "Blocks of `data:` alone: an `Event` of any reply, with its position as the field `id`, or a reply "
        "that cannot be followed.",
        {"anyOf": [ref("Event"), ref("LiveError")]},
        f"retry: 2000\n: keep-alive\ndata: {_line({**DELTA, 'id': POSITION})}\n\n",
    ),
    "probe": Form(
        "text/event-stream",
        "Blocks of `data:` (a `ProbeSaid` as JSON).",
        ref("ProbeSaid"),
        f"data: {_PIECE}\n\n",
    ),
    "probe lines": Form("application/x-ndjson", "A `ProbeSaid` a line.", ref("ProbeSaid"), f"{_PIECE}\n"),
    "probe text": Form("text/plain", "A `ProbeSaid` a line.", ref("ProbeSaid"), f"{_PIECE}\n"),
    "chunks": Form(
        "text/event-stream",
        "Blocks of `data:` (a chunk as JSON) and `id:` (the position after it), then `data: [DONE]`; an "
        'error after the first token is `data: {"error": …}`, and no `[DONE]`.',
        {"anyOf": [ref("ChatCompletionChunk"), ref("Error")]},
        f"data: {_line(CHUNK)}\nid: {POSITION}\n\ndata: [DONE]\nid: {POSITION}.e\n\n",
        done=True,
    ),
}
