"""One message: read it, follow it, stop it, go on with it, delete it, say what one thinks of it."""

from functools import partial

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from chat import service
from chat.api.answers import json_answer
from chat.api.beginnings import Begin, Beginning
from chat.api.bodies import NoFields, json_body
from chat.api.endpoint import Call, verb
from chat.api.forms import SSE, form_of, not_acceptable
from chat.api.queries import last_event_id, wants_html
from chat.api.streams import come_back_answer, stream_answer
from chat.errors import Unavailable
from chat.service.requests import Again, decode


@verb("read")
async def read(call: Call, message_id: str) -> HttpResponseBase:
    return json_answer(await service.read_message(call.caller, message_id))


@verb("chat")
async def delete(call: Call, message_id: str) -> HttpResponseBase:
    count = await service.delete_message(call.caller, message_id)
    return HttpResponse(status=204, headers={"X-Deleted-Count": str(count)})


@verb("chat")
async def restore(call: Call, message_id: str) -> HttpResponseBase:
    fields = json_body(call.request, optional=True)
    return json_answer(await service.restore_message(call.caller, message_id, fields))


@verb("read", ticket=True, counted=False)
async def follow(call: Call, message_id: str) -> HttpResponseBase:
    form = form_of(call.request)
    render = wants_html(call.request)
    position = last_event_id(call.request)
    if service.draining() and form is SSE:
        return come_back_answer()
    try:
        following = await service.follow(call.caller, message_id, last_event_id=position, render=render)
    except Unavailable:
        if form is SSE:
            return come_back_answer()
        raise
    if form is None:
        following.leave()
        raise not_acceptable()
    return stream_answer(following, form)


@verb("chat", counted=False)
async def stop(call: Call, message_id: str) -> HttpResponseBase:
    decode(NoFields, json_body(call.request, optional=True))
    return json_answer(await service.stop(call.caller, message_id))


@verb("chat", counted=False)
async def regenerate(call: Call, message_id: str) -> HttpResponseBase:
    fields = _again(call)
    begin = partial(service.regenerate, message_id=message_id, body=fields)
    return await _answer(call, message_id, fields, begin)


@verb("chat", counted=False)
async def continue_(call: Call, message_id: str) -> HttpResponseBase:
    fields = _again(call)
    begin = partial(service.continue_, message_id=message_id, body=fields)
    return await _answer(call, message_id, fields, begin)


@verb("chat")
async def rate(call: Call, message_id: str) -> HttpResponseBase:
    return json_answer(await service.rate(call.caller, message_id, json_body(call.request)))


@verb("chat")
async def report(call: Call, message_id: str) -> HttpResponseBase:
    await service.report(call.caller, message_id, json_body(call.request, optional=True))
    return HttpResponse(status=204)


@verb("chat")
async def take_report_back(call: Call, message_id: str) -> HttpResponseBase:
    await service.take_report_back(call.caller, message_id)
    return HttpResponse(status=204)


def _again(call: Call) -> Again:
    return decode(Again, json_body(call.request, optional=True))


async def _answer(call: Call, message_id: str, fields: Again, begin: Begin) -> HttpResponseBase:
    return await Beginning(
        call, fields, begin, partial(service.read_message, call.caller, message_id)
    ).answer()
