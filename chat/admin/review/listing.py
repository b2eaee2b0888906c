"""The list of conversations, or of the places where words stand: by the filter in the address."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from chat.admin.review.allowed import actor, allowed, reviewer
from chat.admin.review.chips import chips_of
from chat.admin.review.frame import frame
from chat.admin.review.masked_title import masked_title
from chat.audit import record
from chat.audit.keyed import keyed_hash
from chat.digest.models_seen import models_seen
from chat.errors import BadRequest
from chat.models.judgement import Verdict
from chat.models.message import Role
from chat.models.status import Status
from chat.review import hits
from chat.review.filter_form import SOURCE_NAMES, FilterForm
from chat.review.filters import Filter
from chat.review.finding import COUNTED, Row, list_page
from chat.review.hits import Hit
from chat.review.masks import masked
from chat.review.saved_filters import saved_filters
from chat.search.marks import Piece

USERS_OFFERED = 200
"""Names that the form offers. Where there are more, one types."""
PERMISSION = "chat.review_conversations"


Badge = tuple[str, str]
"""What kind it is of, which may be none, and its words."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the list: where it leads, and what of it may be seen there."""

    address: str
    title: tuple[Piece, ...]
    is_masked: bool
    snippet: tuple[Piece, ...]
    facts: tuple[str, ...]
    badges: tuple[Badge, ...]


@require_safe
@allowed(PERMISSION)
def page(request: HttpRequest) -> HttpResponse:
    """Each opening, and each search, is an entry in the audit log."""
    form = FilterForm(request.GET)
    wanted = form.filter()
    context = frame(request, "list", _("Conversations")) | {
        "form": form,
        "models": models_seen(),
        "users": _users_offered(),
        "saved": saved_filters(reviewer(request).pk),
        "undo": request.session.pop("review_undo", None),
        "refusal": request.session.pop("review_refusal", ""),
    }
    if wanted is None:
        return render(request, "admin/review/list.html", context, status=400)
    try:
        found = _found(request, wanted)
    except BadRequest:  # a cursor that no page gave out
        query = wanted.query()
        return HttpResponseRedirect(f"{reverse('review:list')}{'?' if query else ''}{query}")
    context |= found | {
        "wanted": wanted,
        "chips": chips_of(form, wanted),
        "query": wanted.query(),
        "conditions": len(wanted.said().keys() - {"sort", "q"}),
        "limit": COUNTED,
    }
    return render(request, "admin/review/list.html", context)


def _found(request: HttpRequest, wanted: Filter) -> dict[str, Any]:
    after = request.GET.get("after") or None
    along = wanted.query()
    details: dict[str, Any] = {"filter": keyed_hash(along), "later": after is not None}
    if wanted.q.strip():
        found = hits.search(wanted, reviewer(request).pk, after)
        details |= {"words": keyed_hash(wanted.q), "results": len(found.found)}
        record(actor(request), "search", details=details)
        hidden = masked((hit.conversation for hit in found.found), reviewer(request).pk)
        return {
            "items": [_of_hit(hit, along, hit.conversation in hidden) for hit in found.found],
            "next": _further(along, found.next),
            "further": _further(along, found.further),
            "looked": found.looked,
            "is_search": True,
            "later": after,
        }
    listed = list_page(wanted, reviewer(request).pk, after)
    record(actor(request), "list", details=details | {"results": len(listed.rows)})
    hidden = masked((row.conversation for row in listed.rows), reviewer(request).pk)
    return {
        "items": [_of_row(row, along, row.conversation in hidden) for row in listed.rows],
        "next": _further(along, listed.next),
        "count": listed.count,
        "later": after,
    }


def _of_row(row: Row, along: str, is_masked: bool) -> Item:
    owner, day = row.owner, date_format(localtime(row.updated), "DATETIME_FORMAT")
    facts = [
        owner,
        day,
        ", ".join(row.models),
        _("%(count)s messages") % {"count": row.messages},
        _("%(count)s tokens") % {"count": f"{row.tokens:,}"},
        *(str(SOURCE_NAMES[source]) for source in row.sources if source != "page"),
    ]
    return Item(
        address=_address(row.conversation, along, "list"),
        title=_title(row.title, owner, row.updated, is_masked),
        is_masked=is_masked,
        snippet=(),
        facts=tuple(fact for fact in facts if fact),
        badges=tuple(_badges(row)),
    )


def _badges(row: Row) -> Iterator[Badge]:
    yield from _of_statuses(row.statuses)
    if row.flags:
        flags = ngettext("%(n)s open flag", "%(n)s open flags", row.flags) % {"n": row.flags}
        yield "flagged", f"⚑ {flags}"
    if row.escalated:
        yield "flagged", _("Escalated")
    if row.verdict:
        yield "", str(Verdict(row.verdict).label)
    for label in row.labels:
        yield "", label
    if row.assignee:
        yield "", f"→ {row.assignee}"
    if row.liked:
        yield "", f"{_('Thumbs up')} {row.liked}"
    if row.disliked:
        yield "", f"{_('Thumbs down')} {row.disliked}"
    if row.comments:
        yield "", f"{_('Comments')} {row.comments}"
    if row.deleted:
        yield "", _("Deleted by the user")


def _of_statuses(statuses: Iterable[str]) -> Iterator[Badge]:
    """None for what went well."""
    for status in statuses:
        if status != Status.COMPLETE:
            yield status, str(Status(status).label)


def _of_hit(hit: Hit, along: str, is_masked: bool) -> Item:
    said = Role(hit.role).label if hit.role else _("Title")
    found_in_title = hit.message is None
    title: tuple[Piece, ...] = hit.snippet if found_in_title and not is_masked else ()
    return Item(
        address=_address(hit.conversation, along, "search", hit.message),
        title=title or _title(hit.title, hit.owner, hit.moment, is_masked),
        is_masked=is_masked,
        snippet=() if found_in_title or is_masked else hit.snippet,
        facts=(hit.owner, date_format(localtime(hit.moment), "DATETIME_FORMAT"), str(said)),
        badges=tuple(_of_statuses([hit.status] if hit.status else [])),
    )


def _title(title: str, owner: str, moment: Any, is_masked: bool) -> tuple[Piece, ...]:
    if is_masked:
        return (Piece(masked_title(owner, moment)),)
    return (Piece(title or _("New chat")),)


def _address(conversation: UUID, along: str, place: str, message: UUID | None = None) -> str:
    own = {"in": place} | ({"message": str(message)} if message else {})
    query = "&".join(part for part in (urlencode(own), along) if part)
    return f"{reverse('review:conversation', args=[conversation])}?{query}"


def _further(along: str, after: str | None) -> str | None:
    if after is None:
        return None
    return "?" + "&".join(part for part in (along, urlencode({"after": after})) if part)


def _users_offered() -> list[str]:
    names = list(User.objects.order_by("username").values_list("username", flat=True)[: USERS_OFFERED + 1])
    return names if len(names) <= USERS_OFFERED else []
