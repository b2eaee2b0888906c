"""In which form a stream is sent: by `?format=`, else by `Accept`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest
from django.http.request import MediaType

from chat.api.queries import query_value, sent
from chat.errors import BadRequest, NotAcceptable
from chat.events import Batch
from chat.service import Following
from chat.wire import ndjson, openai, sse, text

Encode = Callable[[Batch], bytes]


@dataclass(frozen=True, slots=True)
class Form:
    """A content type, and how to begin writing it for one client."""

    content_type: str
    encoder: Callable[[Following], Encode]


SSE = Form(sse.CONTENT_TYPE, lambda following: sse.Encoder().encode)
NDJSON = Form(ndjson.CONTENT_TYPE, lambda following: ndjson.encode)
TEXT = Form(text.CONTENT_TYPE, lambda following: text.Encoder(resumed=following.resumed).encode)
OPENAI = Form(
    openai.CONTENT_TYPE,
    lambda following: openai.Encoder(following.reply, following.model, resumed=following.resumed).encode,
)

FORMS = {"sse": SSE, "ndjson": NDJSON, "text": TEXT, "openai": OPENAI}


def form_of(request: HttpRequest) -> Form | None:
    """The form asked for; None where the client accepts none. An unknown `?format=` is a `BadRequest`."""
    name = query_value(request, "format")
    if name is None:
        return _accepted_form(sent(request, "Accept") or "")
    if name not in FORMS:
        raise BadRequest(f"format is one of: {', '.join(FORMS)}.", param="format")
    return FORMS[name]


def not_acceptable() -> NotAcceptable:
    return NotAcceptable(
        "Accept text/event-stream, application/x-ndjson or text/plain, or choose a form by ?format=."
    )


@lru_cache
def _accepted_form(accept: str) -> Form | None:
    medias = (MediaType(each) for each in accept.split(",") if each.strip())
    accepted = {f"{media.main_type}/{media.sub_type}": media.quality for media in medias if media.quality}
    if not accept:
        return SSE
    exact = [form for form in (SSE, NDJSON) if form.content_type in accepted]
    if exact:
        return max(exact, key=lambda form: accepted[form.content_type])
    # Before text/plain: an HTTP library that sends both by default did not ask for bare text.
    if "*/*" in accepted:
        return SSE
    return TEXT if "text/plain" in accepted else None
