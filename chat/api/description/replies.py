"""Calls that begin, follow and end replies."""

from dataclasses import replace
from typing import Any

from chat.api.description import examples
from chat.api.description.headers import OF_REPLIES, OF_STREAMS
from chat.api.description.operation import Answer, Body, Operation, Parameter
from chat.api.description.values import FLAG, ID, TEXT, one_of

_RENDER = Parameter(
    "render", "`html` adds a `block` event for each Markdown block that closed.", schema=one_of("html")
)
_FORM = (
    Parameter(
        "format",
        "The form of the stream; absent: what `Accept` says.",
        schema=one_of("sse", "ndjson", "text", "openai"),
    ),
    _RENDER,
)
_POSITION = (
    Parameter("Last-Event-ID", "Go on right after this position.", "header"),
    Parameter("last_event_id", "The same, for clients that cannot set the header."),
)
_KEY = {**TEXT, "minLength": 1, "maxLength": 255}
_RETRY = Parameter(
    "Idempotency-Key",
    "The same key within 24 hours joins the first call's reply: nothing is asked twice.",
    "header",
    _KEY,
)
_BEGINNING = (*_FORM, *_POSITION, _RETRY)
_NOTHING_MORE = Answer("The position was the end: nothing more to say.", headers=OF_REPLIES)
_WHOLE = "The stream; with `stream: false` the message as it ended."
_BEGINS: dict[str, Answer] = {
    "200": Answer(
        _WHOLE,
        "Message",
        examples.MESSAGE,
        headers=OF_REPLIES,
        streams=("sse", "ndjson", "text"),
    ),
    "202": Answer("It runs in the background.", "Background", examples.BACKGROUND, headers=OF_REPLIES),
    "204": _NOTHING_MORE,
}
# An `EventSource` that comes back to a server which is about to restart is told to come again, by no reply.
_BEGINS_BY_QUERY = _BEGINS | {"200": replace(_BEGINS["200"], headers=("X-Conversation-Id", "X-Message-Id"))}
_BEGIN_ERRORS = ("404", "406", "409", "502", "504")
_ASKS = "Asks a model, which may cost, and keeps the question and the reply in a conversation of yours."


def _field(name: str, text: str, schema: Any, example: Any = None) -> Parameter:
    return Parameter(name, text, schema=schema, example=example)


_FIELDS = (
    Parameter(
        "content",
        "What to ask.",
        schema={**TEXT, "minLength": 1, "pattern": r"\S"},
        example="Why is the sky blue?",
        required=True,
    ),
    _field("conversation", "Where to ask it; absent: in a new conversation.", ID),
    _field("parent", "The message to ask below; `null` is a new first question.", TEXT),
    _field("model", "Another model than the conversation's.", TEXT),
    _field("system_prompt", "Said to the model before everything else.", TEXT),
    _field("params", "What the provider is told, as JSON: `temperature`, `top_p`, …", TEXT),
    _field("attachments", "Ids of uploaded files, as a JSON list.", TEXT),
    _field("temporary", "True: the new conversation is not kept.", FLAG),
    _field("stream", "False answers the whole message when it is done.", FLAG),
    _field("background", "True answers 202 at once.", FLAG),
    _field("resume_window", "Seconds of patience with nobody attached, as JSON; `null`: to the end.", TEXT),
)
_AGAIN = Body(
    "Again",
    {"as before": {}, "with another model, whole": {"model": "demo", "stream": False}},
    required=False,
)

OPERATIONS = (
    Operation(
        "post",
        "/api/v1/chat",
        "Ask",
        "Stores the question, starts the reply and streams it. With `stream: false` the whole message comes "
        "when it is done; with `background: true` the ids come at once.",
        parameters=_BEGINNING,
        body=Body(
            "Ask",
            {
                "a question": {"content": "Why is the sky blue?"},
                "whole": {"content": "Say hello", "stream": False},
                "in the background": {"content": "Say hello", "background": True},
                "not kept": {"content": "Say hello", "temporary": True, "params": {"temperature": 0.2}},
            },
        ),
        answers=_BEGINS,
        errors=_BEGIN_ERRORS,
        effect=_ASKS,
    ),
    Operation(
        "get",
        "/api/v1/chat",
        "Ask from an EventSource",
        "The same, with the fields in the query. With a session only from a page of this site; "
        "never by prefetch.",
        parameters=(*_FIELDS, *_BEGINNING),
        answers=_BEGINS_BY_QUERY,
        errors=(*_BEGIN_ERRORS, "413"),
        effect=_ASKS,
    ),
    Operation(
        "get",
        "/api/v1/messages/{message_id}/stream",
        "Follow or resume a reply",
        "From the beginning, or right after a position. 204 where the position was the end. A server that is "
        "about to restart answers an `EventSource` with 200 and the time to come back in, and nothing else.",
        parameters=(
            *_FORM,
            *_POSITION,
            Parameter("ticket", "From a `stream_url`: follows this one reply without a key."),
        ),
        answers={
            "200": Answer(
                "The stream.",
                headers=("X-Conversation-Id", "X-Message-Id", *OF_STREAMS),
                streams=("sse", "ndjson", "text"),
            ),
            "204": _NOTHING_MORE,
        },
        errors=("406",),
        auth="ticket",
    ),
    Operation(
        "get",
        "/api/v1/live",
        "Follow everything over one connection",
        "The `changed` and `title` events of all your conversations, and any number of replies. Each event "
        "carries its position as the field `id`; there are no `id:` lines. It never ends by itself.",
        parameters=(
            Parameter(
                "follow", "A reply's id, or the position to go on from. May be given 100 times.", many=True
            ),
            _RENDER,
        ),
        answers={"200": Answer("The stream.", headers=OF_STREAMS, streams=("live",))},
    ),
    Operation(
        "post",
        "/api/v1/messages/{message_id}/stop",
        "Stop a reply",
        "Answers when the provider's request is closed and the text is saved. Stopping twice is no error.",
        body=Body("NoFields", {"nothing": {}}, required=False),
        answers={"200": Answer("The message as saved.", "Message", examples.MESSAGE)},
        effect="Ends this reply where it is, for everybody who follows it. What has arrived is kept.",
    ),
    Operation(
        "post",
        "/api/v1/messages/{message_id}/regenerate",
        "Ask for another reply",
        "A new reply to the same question, beside this one. Streams like `chat`.",
        parameters=_BEGINNING,
        body=_AGAIN,
        answers=_BEGINS,
        errors=_BEGIN_ERRORS,
        effect="Asks the model once more, which may cost; the new reply becomes the one that is shown.",
    ),
    Operation(
        "post",
        "/api/v1/messages/{message_id}/continue",
        "Go on with a reply that was cut off",
        "In the same message. 409 where it was complete, or has answers below it. Streams like `chat`.",
        parameters=_BEGINNING,
        body=_AGAIN,
        answers=_BEGINS,
        errors=_BEGIN_ERRORS,
        effect="Asks the model to go on, which may cost; the message grows.",
    ),
)
