"""Asking: `POST chat`, and `GET chat` for clients that can only fetch an address."""

from functools import partial

from django.http.response import HttpResponseBase

from chat import service
from chat.api.beginnings import Beginning
from chat.api.bodies import json_body
from chat.api.endpoint import Call, verb
from chat.api.queries import fields_in_query
from chat.auth.origins import fetched_by_own_page, is_prefetch
from chat.errors import Forbidden
from chat.service.requests import Ask, decode


@verb("chat", counted=False)
async def ask(call: Call) -> HttpResponseBase:
    return await _answer(call, decode(Ask, json_body(call.request)))


@verb("chat", counted=False)
async def ask_by_query(call: Call) -> HttpResponseBase:
    """The same from a query. A GET has no CSRF token: a cookie counts if the browser vouches for the page."""
    scope = call.request.scope
    if is_prefetch(scope):
        raise Forbidden("Nothing is asked by fetching ahead.", code="prefetch")
    if call.caller.via == "session" and not fetched_by_own_page(scope):
        raise Forbidden(
            "With a session, only a page of this site may ask by GET (Sec-Fetch-Site: same-origin).",
            code="cross_site",
        )
    return await _answer(call, decode(Ask, fields_in_query(call.request)))


async def _answer(call: Call, fields: Ask) -> HttpResponseBase:
    async def exists() -> None:
        if fields.conversation is not None:
            await service.read_conversation(call.caller, fields.conversation)

    return await Beginning(call, fields, partial(service.ask, body=fields), exists).answer()
