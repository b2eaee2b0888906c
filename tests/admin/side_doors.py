"""Walks every address of the administration, and tells where a user's words came out without a trace."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from inspect import iscoroutinefunction
from itertools import product
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, UUIDConverter

from chat.models import AuditEntry

MARK: Final = "Xylophon"
"""A word of the user's, in all that they wrote, gave or set."""
MOST: Final = 200
"""Ways to fill in one address."""
PROBES: Final = (
    {"q": MARK},
    *({name: MARK} for name in ("messages__content__contains", "title__contains", "content__contains")),
    *({f"{way}__title__contains": MARK} for way in ("conversation", "conversations", "user__conversations")),
    *({f"{way}__content__contains": MARK} for way in ("message", "conversation__messages", "text")),
    {"name__contains": MARK},
    {"owner__conversations__messages__content__startswith": MARK},
    {"_popup": "1", "q": MARK},
    {"o": "1", "e": "1"},
)
"""What one could ask a list in order to be shown words, or to learn of them from how many rows there are."""


@dataclass(frozen=True, slots=True)
class Address:
    path: str
    name: str
    is_stream: bool
    """An async view, past the middleware: it has tests of its own."""


@dataclass(frozen=True, slots=True)
class Answer:
    what: str
    status: int
    shows: bool
    entries: int
    is_of_the_desk: bool

    @property
    def is_side_door(self) -> bool:
        return self.shows and not (self.entries and self.is_of_the_desk)


def addresses(ids: Mapping[str, list[str]], urlconf: str | None = None) -> Iterator[Address]:
    """Every address below /admin/, filled in with rows that there are; one for each way to fill it in."""
    for route, name, pattern in _patterns(get_resolver(urlconf).url_patterns, "", "", {}):
        if not route.startswith("admin/"):
            continue
        converters, callback = pattern
        values = [_values(ids, route, part, converter) for part, converter in converters.items()]
        for filled in list(product(*values))[:MOST]:
            path = route
            for part, value in zip(converters, filled, strict=True):
                path = path.replace(f"<{part}>", value)
            yield Address(f"/{path}", name, iscoroutinefunction(callback))


def _patterns(
    patterns: list[Any], before: str, space: str, converters: dict[str, Any]
) -> Iterator[tuple[str, str, tuple[dict[str, Any], Any]]]:
    for each in patterns:
        known = converters | each.pattern.converters
        route = before + _plain(each.pattern)
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from _patterns(each.url_patterns, route, inner, known)
        elif isinstance(each, URLPattern):
            groups = getattr(getattr(each.pattern, "regex", None), "groupindex", {})
            known = known | {name: None for name in groups if name not in known}
            yield route, f"{space}{each.name}", (known, each.callback)


def _plain(pattern: Any) -> str:
    """`c/<uuid:key>/` as `c/<key>/`; of a regular expression, its words."""
    route = str(pattern)
    for name, converter in pattern.converters.items():
        for kind in ("", *(f"{kind}:" for kind in ("uuid", "int", "str", "path", "slug"))):
            route = route.replace(f"<{kind}{name}>", f"<{name}>")
        assert f"<{name}>" in route, (route, converter)
    for name in getattr(getattr(pattern, "regex", None), "groupindex", {}):
        start = route.find(f"(?P<{name}>")
        if start >= 0:
            route = route[:start] + f"<{name}>" + route[route.index(")", start) + 1 :]
    return route.replace("^", "").replace("$", "").replace("\\Z", "").replace("?", "")


def _values(ids: Mapping[str, list[str]], route: str, part: str, converter: Any) -> list[str]:
    """Of the model in whose admin the address is; else those known by that name; else all that fit."""
    label = ".".join(route.split("/")[1:3])
    if part == "object_id" and label in ids:
        return ids[label]
    if part in ids:
        return ids[part]
    everything = {value for key, values in ids.items() if "." in key for value in values}
    if isinstance(converter, UUIDConverter):
        return sorted(value for value in everything if "-" in value) or [str(uuid4())]
    if isinstance(converter, IntConverter):
        return sorted(value for value in everything if value.isdigit())
    return ["chat", "new", "mine", "1"]


def first_rows() -> dict[str, list[str]]:
    """A row or two of each model that the administration knows, by its label. None may be missing."""
    found = {}
    for model in admin.site._registry:
        rows = [str(key) for key in model._default_manager.order_by("pk").values_list("pk", flat=True)[:2]]
        assert rows, f"The walk needs a row of {model._meta.label} with the user's words in it."
        found[model._meta.label_lower] = rows
    return found


def answers(client: Client, address: Address, *, hostile: bool = True) -> Iterator[Answer]:
    """What comes of looking, asking and posting there. Nothing of it stays: each is rolled back."""
    yield _answer(client, "get", address.path, {})
    if not hostile:
        return
    if address.name.endswith("_changelist") or address.path.startswith("/admin/review/"):
        for probe in PROBES:
            yield _answer(client, "get", f"{address.path}?{urlencode(probe)}", {})
    if address.name == "admin:autocomplete":
        for model in ("message", "legalhold", "share", "flag"):
            about = {"app_label": "chat", "model_name": model, "field_name": "conversation"}
            query = about | {"term": MARK}
            yield _answer(client, "get", f"{address.path}?{urlencode(query)}", {})
    yield _answer(client, "post", address.path, {})
    if address.name.endswith("_changelist"):
        known = _model_of(address)
        if known is not None:
            keys = [str(key) for key in known._default_manager.values_list("pk", flat=True)]
            for action in ("delete_selected", "revoke", "export"):
                yield _answer(client, "post", address.path, {"action": action, "_selected_action": keys})


def _model_of(address: Address) -> Any:
    label = ".".join(address.path.split("/")[2:4])
    return next((model for model in admin.site._registry if model._meta.label_lower == label), None)


def _answer(client: Client, method: str, path: str, fields: dict[str, Any]) -> Answer:
    before = AuditEntry.objects.count()
    with transaction.atomic():
        client.raise_request_exception = True
        response: Any = getattr(client, method)(path, fields) if fields else getattr(client, method)(path)
        # A stream is read to its end: else it would be closed later, and the connection with it.
        data = b"".join(response.streaming_content) if response.streaming else response.content
        text = data.decode(errors="replace")
        text += str(dict(response.headers)) + str(response.headers.get("Location", ""))
        entries = AuditEntry.objects.count() - before
        transaction.set_rollback(True)
    return Answer(
        what=f"{method} {path}",
        status=response.status_code,
        # What was asked for comes back in a search box, and tells nothing: the user's words go on after it.
        shows=f"{MARK}-" in text,
        entries=entries,
        is_of_the_desk=path.startswith("/admin/review/"),
    )
