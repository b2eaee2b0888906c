"""What `chat`, `regenerate` and `continue` have in common: count, begin or join, answer in the asked form."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.http.response import HttpResponseBase

from chat.api.admission import admitted
from chat.api.answers import json_answer
from chat.api.endpoint import Call
from chat.api.forms import OPENAI, SSE, Form, form_of, not_acceptable
from chat.api.queries import last_event_id, wants_html
from chat.api.streams import come_back_answer, ids_of, stream_answer
from chat.auth.caller import Caller
from chat.errors import Unavailable
from chat.service import Following, whole_message
from chat.service.requests import Again, Ask

Begin = Callable[..., Awaitable[Following]]
"""A verb of the service that begins a reply: of a caller, with what is asked bound to it already."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """One such call, read and checked but not yet made."""

    call: Call
    fields: Ask | Again
    begin: Begin
    exists: Callable[[], Awaitable[Any]]
    """Raises `NotFound` where what the call names does not exist."""

    async def answer(self) -> HttpResponseBase:
        request, fields = self.call.request, self.fields
        form = form_of(request)
        render = wants_html(request)
        position = last_event_id(request)
        streamed = fields.stream and not fields.background
        if streamed and form is None:
            await self.exists()  # 404 comes before 406, and neither after something was asked
            raise not_acceptable()
        try:
            begin = partial(self.begin, _asker(self.call.caller, form), render=render)
            following = await admitted(self.call, begin, position=position)
        except Unavailable:
            if position is not None and request.method == "GET" and form is SSE:
                return come_back_answer()
            raise
        if fields.background:
            return _background_answer(following)
        if form is None or not fields.stream:
            return await _whole_answer(following)
        return stream_answer(following, form)


def _asker(caller: Caller, form: Form | None) -> Caller:
    """The caller, and whether it reads as a client of OpenAI's API: reviewers find replies by that."""
    return replace(caller, door="openai") if form is OPENAI else caller


def _background_answer(following: Following) -> HttpResponseBase:
    following.leave()
    value = {
        "conversation": following.conversation,
        "request": following.request,
        "reply": following.reply,
        "stream_url": following.stream_url,
    }
    return json_answer(value, status=202, headers=ids_of(following))


async def _whole_answer(following: Following) -> HttpResponseBase:
    try:
        return json_answer(await whole_message(following), headers=ids_of(following))
    finally:
        following.leave()
