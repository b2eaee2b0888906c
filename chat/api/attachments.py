"""Files for questions: upload one, list those not sent yet, fetch one's bytes, take one back."""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from chat import service
from chat.api.answers import json_answer
from chat.api.bodies import file_body
from chat.api.endpoint import Call, verb
from chat.api.queries import query_value, refuse_unknown

_HELD = {
    # What somebody else made never runs here, even where a browser is talked into opening it as a page.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Thumbnails are not fetched anew with each page; whoever signs in next does not get them from the cache.
    "Cache-Control": "private, max-age=300",
    "Vary": "Cookie, Authorization",
}


@verb("chat")
async def upload(call: Call) -> HttpResponseBase:
    refuse_unknown(call.request, frozenset({"name"}))
    name = query_value(call.request, "name") or ""
    return json_answer(await service.attach(call.caller, name, file_body(call.request)), status=201)


@verb("read")
async def list_unsent(call: Call) -> HttpResponseBase:
    refuse_unknown(call.request, frozenset())
    return json_answer(await service.list_attachments(call.caller))


@verb("read", counted=False)  # a page with forty images fetches forty
async def read(call: Call, attachment_id: str) -> HttpResponseBase:
    given = await service.read_attachment(call.caller, attachment_id)
    return HttpResponse(given.data, headers=_headers(given.description))


@verb("chat")
async def remove(call: Call, attachment_id: str) -> HttpResponseBase:
    await service.remove_attachment(call.caller, attachment_id)
    return HttpResponse(status=204)


def _headers(description: dict[str, Any]) -> dict[str, str]:
    # Only the images, which we made ourselves, may be looked at in place.
    as_attachment = description["kind"] != "image"
    disposition = content_disposition_header(as_attachment, description["name"])
    return {**_HELD, "Content-Type": description["content_type"], "Content-Disposition": disposition or ""}
