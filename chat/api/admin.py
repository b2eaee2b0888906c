"""Keys and usage of all users, for keys with the scope `admin` of users with the permissions."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from chat import service
from chat.api.answers import json_answer
from chat.api.bodies import NoFields, json_body
from chat.api.endpoint import Call, verb
from chat.api.queries import query_value, refuse_unknown
from chat.service.requests import decode


@verb("admin", keys_only=True)
async def list_keys(call: Call) -> HttpResponseBase:
    refuse_unknown(call.request, frozenset({"user", "cursor"}))
    user, cursor = query_value(call.request, "user"), query_value(call.request, "cursor")
    return json_answer(await service.list_keys(call.caller, user=user, cursor=cursor))


@verb("admin", keys_only=True)
async def revoke_key(call: Call, prefix: str) -> HttpResponseBase:
    decode(NoFields, json_body(call.request, optional=True))
    await service.revoke_keys_of_anybody(call.caller, prefix)
    return HttpResponse(status=204)


@verb("admin", keys_only=True)
async def usage(call: Call) -> HttpResponseBase:
    request = call.request
    refuse_unknown(request, frozenset({"by", "from", "to"}))
    by, first, last = (query_value(request, name) for name in ("by", "from", "to"))
    return json_answer(await service.read_usage(call.caller, by, first, last))
