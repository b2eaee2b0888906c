"""The models that the caller may use, as OpenAI's clients list them."""

from typing import Any

from django.http.response import HttpResponseBase

from chat import service
from chat.api.answers import json_answer
from chat.api.endpoint import Call, verb
from chat.errors import NotFound


@verb("chat", "read")
async def list_all(call: Call) -> HttpResponseBase:
    return json_answer({"object": "list", "data": await _models(call)})


@verb("chat", "read")
async def read(call: Call, model_id: str) -> HttpResponseBase:
    for model in await _models(call):
        if model["id"] == model_id:
            return json_answer(model)
    raise NotFound(f"There is no model {model_id[:100]!r} here.", code="model_not_found", param="model")


async def _models(call: Call) -> list[dict[str, Any]]:
    listed = await service.list_models(call.caller)
    return [
        {"id": model["id"], "object": "model", "created": 0, "owned_by": "chat"} | _known(model)
        for model in listed["results"]
    ]


def _known(model: dict[str, Any]) -> dict[str, Any]:
    """What clients that know vLLM's or OpenRouter's lists look for."""
    length = model["context_length"]
    return {} if length is None else {"context_length": length, "max_model_len": length}
