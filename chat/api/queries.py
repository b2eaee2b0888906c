"""What a call says in its query and headers instead of a body."""

import re
from typing import Any
from urllib.parse import unquote

import msgspec
from django.http import HttpRequest

from chat.errors import BadRequest

_UNFIT = re.compile("[\x00\ud800-\udfff]")
_BOOLEANS = {"true": True, "false": False}
_TEXTS = frozenset({"content", "conversation", "parent", "model", "system_prompt"})
_ABOUT_THE_STREAM = frozenset({"format", "render", "last_event_id", "lastEventId"})


def sent(request: HttpRequest, name: str) -> str | None:
    """A header. `request.headers` would make a mapping of all of them, which costs as much as the rest of a
    call's reading."""
    value: str | None = request.META.get(f"HTTP_{name.upper().replace('-', '_')}")
    return value


def query_value(request: HttpRequest, name: str) -> str | None:
    """A query parameter that is sent once at most. Raises `BadRequest`."""
    if not request.META.get("QUERY_STRING"):
        return None  # as most calls: to make a mapping of none costs as much as to authenticate
    values = request.GET.getlist(name)
    if len(values) > 1:
        raise BadRequest(f"{name} may be given once only.", param=name)
    if values and _UNFIT.search(values[0]):
        raise BadRequest(f"{name} holds a null character.", code="invalid_characters", param=name)
    return values[0] if values else None


def refuse_bad_utf8(request: HttpRequest) -> None:
    """What is not UTF-8: Django reads a query all the same, with a sign in place of what it cannot read."""
    query = request.META.get("QUERY_STRING")
    if not query or "%" not in query:
        return
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        try:
            name = unquote(name, errors="strict")
            unquote(value, errors="strict")
        except UnicodeDecodeError as error:
            raise BadRequest("The query is not UTF-8.", code="invalid_characters", param=name) from error


def query_boolean(request: HttpRequest, name: str, default: bool) -> bool:
    value = query_value(request, name)
    return default if value is None else _boolean(name, value)


def query_count(request: HttpRequest, name: str) -> int | None:
    """A whole number; the service knows its range."""
    value = query_value(request, name)
    if value is None:
        return None
    if not re.fullmatch(r"-?[0-9]{1,9}", value):
        raise BadRequest(f"{name} is a whole number.", param=name)
    return int(value)


def refuse_unknown(request: HttpRequest, known: frozenset[str]) -> None:
    """A misspelt filter would otherwise look like one that matched everything."""
    for name in request.GET:
        if name not in known:
            raise BadRequest(f"There is no parameter {name!r} here.", param=name)


def fields_in_query(request: HttpRequest) -> dict[str, Any]:
    """The fields of `POST chat` as a query has them; booleans, numbers and JSON are read."""
    names = [name for name in request.GET if name not in _ABOUT_THE_STREAM]
    return {name: _field(name, query_value(request, name) or "") for name in names}


def last_event_id(request: HttpRequest) -> str | None:
    """Where the client stands. What a browser's own reconnect sends counts before what the address says."""
    return (
        sent(request, "Last-Event-ID")
        or query_value(request, "last_event_id")
        or query_value(request, "lastEventId")
        or None
    )


def wants_html(request: HttpRequest) -> bool:
    """Whether rendered blocks are asked for. Raises `BadRequest`."""
    value = query_value(request, "render")
    if value not in (None, "html"):
        raise BadRequest("render is html, or left out.", param="render")
    return value == "html"


def _field(name: str, value: str) -> Any:
    if name in _TEXTS:
        return None if name == "parent" and value == "null" else value
    if name in ("stream", "background", "temporary"):
        return _boolean(name, value)
    if name in ("params", "resume_window", "attachments"):
        try:
            return msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError) as error:
            raise BadRequest(f"{name} is not JSON.", param=name) from error
    return value


def _boolean(name: str, value: str) -> bool:
    if value not in _BOOLEANS:
        raise BadRequest(f"{name} is true or false.", param=name)
    return _BOOLEANS[value]
