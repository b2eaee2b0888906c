"""Values and errors as JSON responses, and the headers that every answer of the API carries."""

import math
from collections.abc import Mapping
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from chat import limits
from chat.api.cors import add_cors_headers
from chat.auth.caller import Caller
from chat.errors import ChatError

_COME_BACK = {429: 1.0, 503: 2.0}
"""Seconds of `Retry-After` where the error itself does not know them."""


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
    if error.message_id is not None:
        headers["X-Message-Id"] = error.message_id
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return json_answer({"error": error.as_dict()}, status=error.status, headers=headers)


def finished(request: HttpRequest, answer: HttpResponseBase, caller: Caller | None) -> HttpResponseBase:
    """The answer with what all have in common."""
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    if caller is not None and caller.via != "ticket":
        allowance = limits.requests.allowance(caller.user_id)
        if allowance is not None:
            for name, value in allowance.headers().items():
                answer.headers[name] = value
    add_cors_headers(request, answer)
    return answer
