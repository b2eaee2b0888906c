"""The values of `/v1`. What goes through to the provider unread is not described: any field may be sent."""

from typing import Any

from chat.api.description import examples
from chat.api.description.values import (
    COUNT,
    FLAG,
    OBJECTS,
    TEXT,
    Schema,
    an_object,
    list_of,
    one_of,
    or_null,
    ref,
)
from chat.portable.openai_history import MOST_MESSAGES, ROLES
from chat.service.completions import MOST_OF_A_NAME

LISTED_MODEL: dict[str, Any] = {
    "id": "demo",
    "object": "model",
    "created": 0,
    "owned_by": "chat",
    "context_length": 8192,
    "max_model_len": 8192,
}
COMPLETION: dict[str, Any] = {
    "id": f"chatcmpl-{examples.REPLY}",
    "object": "chat.completion",
    "created": 1764230400,
    "model": "demo",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Because", "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": examples.END["usage"],
}
CHUNK: dict[str, Any] = {
    "id": f"chatcmpl-{examples.REPLY}",
    "object": "chat.completion.chunk",
    "created": 1764230400,
    "model": "demo",
    "choices": [{"index": 0, "delta": {"content": "Because"}, "logprobs": None, "finish_reason": None}],
}
_NOTHING: Schema = {"type": "null"}
_CONTENT: Schema = {
    "anyOf": [
        TEXT,
        _NOTHING,
        {
            "type": "array",
            "items": {"type": "object", "properties": {"type": TEXT}, "required": ["type"]},
        },
    ]
}
_FUNCTION = an_object({"name": TEXT, "arguments": TEXT})
_CALL = {**an_object({"id": TEXT, "type": TEXT, "function": _FUNCTION}), "required": ["id", "function"]}


def schemas() -> dict[str, Schema]:
    return {
        "ChatCompletionCall": {
            "type": "object",
            "description": "What OpenAI's clients send. Fields that are not named here go to the provider.",
            "properties": {
                "model": {**or_null(TEXT), "maxLength": MOST_OF_A_NAME},
                "messages": {**list_of("ChatMessage"), "minItems": 1, "maxItems": MOST_MESSAGES},
                "stream": {**or_null(FLAG), "default": False},
                "stream_options": {
                    **or_null(an_object({"include_usage": or_null(FLAG)})),
                    "required": [],
                },
                "n": {"enum": [1, None], "default": 1},
                "store": {**or_null(FLAG), "default": True},
            },
            "required": ["messages"],
        },
        "ChatMessage": {
            "type": "object",
            "properties": {
                "role": one_of(*ROLES),
                "content": _CONTENT,
                "tool_calls": {"type": ["array", "null"], "items": _CALL},
                "tool_call_id": or_null(TEXT),
            },
            "required": ["role"],
        },
        "ChatCompletion": an_object(
            {
                "id": TEXT,
                "object": {"const": "chat.completion"},
                "created": COUNT,
                "model": TEXT,
                "choices": {"type": "array", "items": _choice("message", ref("CompletionMessage"))},
                "usage": or_null({"type": "object"}),
            }
        ),
        "CompletionMessage": an_object(
            {
                "role": {"const": "assistant"},
                "content": or_null(TEXT),
                "refusal": _NOTHING,
                "reasoning_content": TEXT,
                "tool_calls": OBJECTS,
            },
            optional={"reasoning_content", "tool_calls"},
        ),
        "ChatCompletionChunk": an_object(
            {
                "id": TEXT,
                "object": {"const": "chat.completion.chunk"},
                "created": COUNT,
                "model": TEXT,
                "choices": {"type": "array", "items": _choice("delta", ref("ChunkDelta"))},
                "usage": or_null({"type": "object"}),
            },
            optional={"usage"},
        ),
        "ChunkDelta": an_object(
            {
                "role": {"const": "assistant"},
                "content": TEXT,
                "reasoning_content": TEXT,
                "tool_calls": OBJECTS,
            },
            optional={"role", "reasoning_content", "tool_calls"},
        ),
        "OpenAIModel": an_object(
            {
                "id": TEXT,
                "object": {"const": "model"},
                "created": COUNT,
                "owned_by": TEXT,
                "context_length": COUNT,
                "max_model_len": COUNT,
            },
            optional={"context_length", "max_model_len"},
        ),
        "OpenAIModelList": an_object({"object": {"const": "list"}, "data": list_of("OpenAIModel")}),
    }


def _choice(name: str, of: Schema) -> Schema:
    return an_object({"index": COUNT, name: of, "logprobs": _NOTHING, "finish_reason": or_null(TEXT)})


TEXTS: dict[str, dict[str, str]] = {
    "ChatCompletionCall": {
        "model": "Which model; absent: the default one.",
        "messages": "The history, the last of it what is asked.",
        "stream": "True answers in chunks as they come.",
        "stream_options": "`include_usage`: one more chunk, with the count of tokens, before the end.",
        "n": "One reply is made for each call.",
        "store": "False keeps nothing.",
    },
    "ChatMessage": {
        "role": "Who speaks.",
        "content": "A text, or parts: `text`, `image_url` and what else the provider takes.",
        "tool_calls": "What an assistant wanted called.",
        "tool_call_id": "Of a tool's message: which call it is the result of.",
    },
    "ChatCompletion": {
        "id": "`chatcmpl-` and the reply's message id.",
        "created": "Seconds since 1970.",
        "model": "The model that answered.",
        "choices": "One.",
        "usage": "The provider's count of tokens.",
    },
    "CompletionMessage": {
        "content": "The reply's text; null where it has tool calls and no text.",
        "refusal": "Always null.",
        "reasoning_content": "The model's thinking; absent: none.",
        "tool_calls": "What it wants called; absent: nothing.",
    },
    "ChatCompletionChunk": {
        "id": "`chatcmpl-` and the reply's message id.",
        "created": "Seconds since 1970.",
        "model": "The model that answers.",
        "choices": "One; none in the chunk that tells the usage.",
        "usage": "With `include_usage`: null but in the last chunk.",
    },
    "ChunkDelta": {
        "content": "The next piece of text; always there.",
        "reasoning_content": "The next piece of thinking.",
        "tool_calls": "All of them at once, right before the end.",
    },
    "OpenAIModel": {
        "id": "What to send as `model`.",
        "created": "Not known: 0.",
        "owned_by": "Always `chat`.",
        "context_length": "In tokens; absent where it is not known.",
        "max_model_len": "The same, under vLLM's name.",
    },
    "OpenAIModelList": {"data": "The models that you may use."},
}
