"""Conversations: list, make, read, change, delete. And the models to hold them with."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from chat import service
from chat.api.answers import json_answer
from chat.api.bodies import json_body
from chat.api.endpoint import Call, verb
from chat.api.queries import query_boolean, query_count, query_value, refuse_unknown

_FILTERS = frozenset({"cursor", "limit", "q", "archived"})


@verb()
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


@verb()
async def make(call: Call) -> HttpResponseBase:
    fields = json_body(call.request, optional=True)
    return json_answer(await service.make_conversation(call.caller, fields), status=201)


@verb()
async def read(call: Call, conversation_id: str) -> HttpResponseBase:
    return json_answer(await service.read_conversation(call.caller, conversation_id))


@verb()
async def change(call: Call, conversation_id: str) -> HttpResponseBase:
    changes = json_body(call.request)
    return json_answer(await service.change_conversation(call.caller, conversation_id, changes))


@verb()
async def delete(call: Call, conversation_id: str) -> HttpResponseBase:
    await service.delete_conversation(call.caller, conversation_id)
    return HttpResponse(status=204)


@verb()
async def list_models(call: Call) -> HttpResponseBase:
    return json_answer(await service.list_models(call.caller))
