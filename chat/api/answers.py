"""Values and errors as JSON responses, and the headers that every answer of the API carries."""

import math
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from chat.api.cors import add_cors_headers
from chat.api.rates import rate_headers
from chat.auth.caller import Caller
from chat.errors import ChatError, MissingScope

OPENAI_PREFIX: Final = "/v1/"
_COME_BACK = {429: 1.0, 503: 2.0}
"""Seconds of `Retry-After` where the error itself does not know them."""

_USED_UP: Final = frozenset({"tokens_used_up", "budget_used_up"})
"""The SDKs try each 429 twice more unless they are told; the day ends too late for that."""


def json_answer(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """The value as JSON."""
    return HttpResponse(
        msgspec.json.encode(value), status=status, content_type="application/json", headers=headers
    )


def error_answer(error: ChatError) -> HttpResponse:
    """The error in the one shape that all have."""
    headers = {}
    retry_after = error.retry_after or _COME_BACK.get(error.status)
    if retry_after is not None:
        headers["Retry-After"] = str(max(math.ceil(retry_after), 1))
        headers["Retry-After-Ms"] = str(max(math.ceil(retry_after * 1000), 1))
    if error.code in _USED_UP:
        headers["X-Should-Retry"] = "false"
    if error.message_id is not None:
        headers["X-Message-Id"] = error.message_id
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, MissingScope):  # as RFC 6750 says it, section 3.1
        named = " ".join(error.scopes)
        headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{named}"'
    return json_answer({"error": error.as_dict()}, status=error.status, headers=headers)


def finished(request: HttpRequest, answer: HttpResponseBase, caller: Caller | None) -> HttpResponseBase:
    """The answer with what all have in common."""
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    if caller is not None and caller.via != "ticket":
        for name, value in rate_headers(caller, openai=request.path.startswith(OPENAI_PREFIX)).items():
            answer.headers[name] = value
    add_cors_headers(request, answer)
    return answer
