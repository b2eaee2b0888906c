"""The addresses of the description. None needs a sign-in: the page tells of calls, and makes none itself."""

import gzip
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation

from chat.api.answers import json_answer
from chat.api.description import sockets
from chat.api.description.document import document
from chat.api.docs import shown
from chat.api.docs.texts import texts
from chat.api.endpoint import Call, public
from chat.models.preferences import THEME_COOKIE, Theme

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@public
async def description(call: Call) -> HttpResponseBase:
    return json_answer(document())


@public
async def description_of_sockets(call: Call) -> HttpResponseBase:
    return json_answer(sockets.document())


@public
async def page(call: Call) -> HttpResponseBase:
    request = call.request
    chosen = translation.get_language_from_request(request), _theme(request)
    headers = {"Content-Security-Policy": _POLICY, "Vary": "Accept-Encoding, Accept-Language, Cookie"}
    # It holds nobody's secret, so that its compressed length tells nothing.
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return HttpResponse(_compressed(*chosen), headers={**headers, "Content-Encoding": "gzip"})
    return HttpResponse(_html(*chosen), headers=headers)


def _theme(request: HttpRequest) -> str:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in Theme.values else Theme.SYSTEM.value


@cache
def _compressed(language: str, theme: str) -> bytes:
    return gzip.compress(_html(language, theme).encode())


@cache
def _html(language: str, theme: str) -> str:
    """The page is the same for everybody: as many of it as there are languages and themes."""
    with translation.override(language):
        context = {
            "product": settings.CHAT_SITE_NAME,
            "theme": theme,
            "groups": shown.groups(),
            "frames": shown.frames(),
            "told": shown.told(),
            "ways_in": shown.ways_in(),
            "close_codes": shown.close_codes(),
            "schemas": shown.schemas(),
            "errors": shown.errors(),
            "texts": texts(),
        }
        return render_to_string("api/docs.html", context)
