"""`POST /v1/chat/completions`: streamed or whole, with the errors that OpenAI's clients know how to take."""

from dataclasses import replace
from functools import partial

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from chat import service
from chat.api.admission import admitted
from chat.api.answers import error_answer, json_answer
from chat.api.bodies import json_body
from chat.api.endpoint import Call, verb
from chat.api.openai.opening import Opening
from chat.api.queries import last_event_id, sent
from chat.api.streams import StreamAnswer, ids_of
from chat.errors import BadRequest, ChatError, NotFound, TooMany, Unavailable, UpstreamError
from chat.service import Following
from chat.service.completions import read_call
from chat.wire import openai
from chat.wire.stream import STREAM_HEADERS, Stream

OPENING_SECONDS = 10.0
"""So long the headers wait for the first token, so that a provider's early error has a status of its own."""
IN_VAIN = frozenset({"upstream_authentication", "upstream_rejected", "upstream_context_length"})
"""Failures that the same call meets again: the SDKs try each 5xx twice more unless they are told."""


@verb("chat", counted=False)
async def complete(call: Call) -> HttpResponseBase:
    wanted = read_call(json_body(call.request))
    caller = replace(call.caller, door="openai")
    begin = partial(service.complete, caller, wanted, conversation=sent(call.request, "X-Conversation-Id"))
    try:
        following = await admitted(call, begin, position=last_event_id(call.request))
        headers = ids_of(following)
        if not wanted.asked.keep:
            del headers["X-Conversation-Id"]
        if wanted.stream:
            return await _stream(following, headers, include_usage=wanted.include_usage)
        return await _whole(following, headers)
    except BadRequest as error:
        raise _as_expected(error) from error
    except UpstreamError as error:
        return _upstream_answer(error)


async def _stream(following: Following, headers: dict[str, str], *, include_usage: bool) -> HttpResponseBase:
    if following.finished:
        following.leave()
        return HttpResponse(status=204, headers=headers)
    encoder = openai.Encoder(
        following.reply, following.model, include_usage=include_usage, resumed=following.resumed
    )
    opening = Opening(following)
    await opening.wait(OPENING_SECONDS)
    return StreamAnswer(
        Stream(opening, encoder.encode, name=f"reply {following.reply}"),
        pushing=opening,
        content_type=openai.CONTENT_TYPE,
        headers=STREAM_HEADERS | headers,
    )


async def _whole(following: Following, headers: dict[str, str]) -> HttpResponseBase:
    try:
        said = await service.whole_transcript(following)
    finally:
        following.leave()
    assert said.ended is not None
    if said.ended.status == "interrupted":
        raise Unavailable(
            "The server had to end the reply. What had arrived is saved.", message_id=following.reply
        )
    value = openai.whole(
        following.reply,
        following.model,
        text=said.text.value(),
        reasoning=said.reasoning.value(),
        tool_calls=said.ended.tool_calls,
        finish_reason=said.ended.finish_reason,
        usage=said.ended.usage,
    )
    return json_answer(value, headers=headers)


def _as_expected(error: BadRequest) -> ChatError:
    """An unknown model is 404 in OpenAI's API; a parameter stands at the top of the call."""
    if error.code == "model_not_found":
        return NotFound(error.message, code=error.code, param=error.param)
    error.param = error.param and error.param.removeprefix("params.")
    return error


def _upstream_answer(error: UpstreamError) -> HttpResponse:
    if error.code == "upstream_rate_limited":
        return error_answer(
            TooMany(
                error.message,
                code=error.code,
                retry_after=error.retry_after,
                message_id=error.message_id,
            )
        )
    answer = error_answer(error)
    if error.code in IN_VAIN:
        answer.headers["X-Should-Retry"] = "false"
    return answer
