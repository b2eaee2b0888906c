"""`GET probe`: a stream to try the way with, by the same writers and headers as a reply's. Asks no model."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from chat import limits, service
from chat.api.counted import Counted
from chat.api.endpoint import Call, verb
from chat.api.queries import query_count, query_value, refuse_unknown
from chat.api.streams import probe_answer
from chat.errors import BadRequest
from chat.service.probing import RANGES, Pace
from chat.wire.probe import CONTENT_TYPES, Seen


@verb("chat", "read")
async def probe(call: Call) -> HttpResponseBase:
    request = call.request
    refuse_unknown(request, frozenset({*RANGES, "format", "still"}))
    form = query_value(request, "format") or "sse"
    if form not in CONTENT_TYPES:
        raise BadRequest(f"format is one of: {', '.join(CONTENT_TYPES)}.", param="format")
    given = {name: value for name in RANGES if (value := query_count(request, name)) is not None}
    pace = Pace(**given)
    place = await limits.sockets.enter(call.caller)
    try:
        opened = await service.open_probe(call.caller, pace, _seen(request), query_value(request, "still"))
    except BaseException:
        place.leave()
        raise
    return probe_answer(Counted(opened, place), form)


def _seen(request: HttpRequest) -> Seen:
    headers = request.headers
    return Seen(
        http=request.scope.get("http_version", ""),  # type: ignore[attr-defined]
        accept_encoding=headers.get("Accept-Encoding", ""),
        via=headers.get("Via", ""),
        forwarded=bool(headers.get("X-Forwarded-For") or headers.get("Forwarded")),
    )
