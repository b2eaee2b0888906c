"""Conversations: list, make, read, change, delete, export. And the models to hold them with."""

import asyncio
from datetime import UTC, datetime

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from chat import portable, service
from chat.api.answers import json_answer
from chat.api.bodies import NoFields, json_body
from chat.api.endpoint import Call, verb
from chat.api.queries import query_boolean, query_count, query_value, refuse_unknown
from chat.errors import BadRequest
from chat.service.requests import decode

_FILTERS = frozenset({"cursor", "limit", "q", "archived"})


@verb("read")
async def list_all(call: Call) -> HttpResponseBase:
    request = call.request
    refuse_unknown(request, _FILTERS)
    page = await service.list_conversations(
        call.caller,
        cursor=query_value(request, "cursor"),
        limit=query_count(request, "limit"),
        q=query_value(request, "q"),
        archived=query_boolean(request, "archived", False),
    )
    return json_answer(page)


@verb("chat")
async def make(call: Call) -> HttpResponseBase:
    fields = json_body(call.request, optional=True)
    return json_answer(await service.make_conversation(call.caller, fields), status=201)


@verb("read")
async def read(call: Call, conversation_id: str) -> HttpResponseBase:
    return json_answer(await service.read_conversation(call.caller, conversation_id))


@verb("chat")
async def change(call: Call, conversation_id: str) -> HttpResponseBase:
    changes = json_body(call.request)
    return json_answer(await service.change_conversation(call.caller, conversation_id, changes))


@verb("chat")
async def delete(call: Call, conversation_id: str) -> HttpResponseBase:
    await service.delete_conversation(call.caller, conversation_id)
    return HttpResponse(status=204)


@verb("read")
async def export(call: Call, conversation_id: str) -> HttpResponseBase:
    """As a file: `format=md` or `json`; `reasoning=false` leaves the model's thinking out of Markdown."""
    request = call.request
    refuse_unknown(request, frozenset({"format", "reasoning"}))
    form = query_value(request, "format") or "json"
    with_reasoning = query_boolean(request, "reasoning", True)
    if form not in ("md", "json"):
        raise BadRequest("format is md or json.", param="format")
    found = await service.read_conversation(call.caller, conversation_id)
    if form == "md":
        # Half a second for 20 MB, in which no stream should stand still.
        text = await asyncio.to_thread(portable.as_markdown, found, reasoning=with_reasoning)
        answer = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    else:
        answer = json_answer(portable.as_document(found, datetime.now(UTC)))
    name = portable.file_name(found, form)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


@verb("chat")
async def restore(call: Call, conversation_id: str) -> HttpResponseBase:
    decode(NoFields, json_body(call.request, optional=True))
    return json_answer(await service.restore_conversation(call.caller, conversation_id))


@verb("chat", "read")
async def list_models(call: Call) -> HttpResponseBase:
    return json_answer(await service.list_models(call.caller))
