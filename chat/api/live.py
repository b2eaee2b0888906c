"""`GET live`: one connection for all that a browser shows, since over HTTP/1.1 it opens six to a site."""

from django.http.response import HttpResponseBase

from chat import limits, service
from chat.api.counted import Counted
from chat.api.endpoint import Call, verb
from chat.api.queries import refuse_unknown, wants_html
from chat.api.streams import come_back_answer, live_answer
from chat.errors import Unavailable

_PARAMETERS = frozenset({"follow", "render"})


@verb("read", counted=False)
async def live(call: Call) -> HttpResponseBase:
    refuse_unknown(call.request, _PARAMETERS)
    render = wants_html(call.request)
    place = await limits.sockets.enter(call.caller)
    try:
        opened = await service.open_live(call.caller, call.request.GET.getlist("follow"), render=render)
    except Unavailable:
        place.leave()
        return come_back_answer()
    except BaseException:
        place.leave()
        raise
    return live_answer(Counted(opened, place))
