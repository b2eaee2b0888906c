"""The calls under `/v1`, as clients of OpenAI's API make them."""

from chat.api.description.openai_schemas import COMPLETION, LISTED_MODEL
from chat.api.description.operation import Answer, Body, Operation, Parameter
from chat.api.description.values import ID, TEXT

_GROUP = "OpenAI's API"
_ASKED = [{"role": "user", "content": "Why is the sky blue?"}]
_IDS = ("X-Conversation-Id", "X-Message-Id!")
_WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}

OPERATIONS = (
    Operation(
        "post",
        "/v1/chat/completions",
        "Complete a chat",
        "What OpenAI's clients call. The history is known again by what it says, and kept as a conversation "
        "that grows; `store: false` keeps nothing, and has no `X-Conversation-Id`. Fields that are not named "
        "here go to the provider. The headers of a stream wait for its first token, 10 s at most, so that an "
        "early failure has its own status.",
        _GROUP,
        parameters=(
            Parameter(
                "X-Conversation-Id", "Where the history belongs; absent: it is known again.", "header", ID
            ),
            Parameter("Last-Event-ID", "Go on right after this position, with the same body.", "header"),
            Parameter(
                "Idempotency-Key",
                "The same key within 24 hours joins the first call's reply.",
                "header",
                {**TEXT, "minLength": 1, "maxLength": 255},
            ),
        ),
        body=Body(
            "ChatCompletionCall",
            {
                "whole": {"model": "demo", "messages": _ASKED},
                "a stream": {
                    "model": "demo",
                    "messages": _ASKED,
                    "stream": True,
                    "stream_options": {"include_usage": True},
                },
                "with tools, not kept": {
                    "model": "demo",
                    "messages": _ASKED,
                    "tools": [_WEATHER],
                    "store": False,
                },
            },
        ),
        answers={
            "200": Answer(
                "The completion, or with `stream: true` its chunks.",
                "ChatCompletion",
                COMPLETION,
                headers=_IDS,
                streams=("chunks",),
            ),
            "204": Answer("The position was the end: nothing more to say.", headers=_IDS),
        },
        errors=("404", "409", "502", "504"),
        effect="Asks a model, which may cost, and keeps what is new of the history, and the reply.",
    ),
    Operation(
        "get",
        "/v1/models",
        "List the models",
        group=_GROUP,
        answers={
            "200": Answer("All of them.", "OpenAIModelList", {"object": "list", "data": [LISTED_MODEL]})
        },
    ),
    Operation(
        "get",
        "/v1/models/{model_id}",
        "Read a model",
        group=_GROUP,
        parameters=(
            Parameter(
                "model_id", "Its `id`; it may hold slashes.", "path", {**TEXT, "minLength": 1}, "demo", True
            ),
        ),
        answers={"200": Answer("The model.", "OpenAIModel", LISTED_MODEL)},
    ),
)
