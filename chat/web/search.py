"""What a search shows, in the place of the list of conversations or on a page of its own."""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chat.access.search import Hit, search
from chat.search.marks import Piece
from chat.web.signed_in import PageRequest
from chat.web.zone import zone_of


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A place where words stand. `snippet` is empty where they stand in the title."""

    address: str
    title: tuple[Piece, ...]
    snippet: tuple[Piece, ...]
    facts: str
    message: str


def words_of(request: PageRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()


def hits_for(request: PageRequest) -> dict[str, Any]:
    """A page of hits for the words in the query."""
    q = words_of(request)
    found = search(request.user.pk, q, after=request.GET.get("cursor") or None)
    zone = zone_of(request)
    return {"q": q, "found": [_show(hit, q, zone) for hit in found.found], "next": found.next}


def _show(hit: Hit, q: str, zone: tzinfo) -> ShownHit:
    page = reverse("web:conversation", args=[hit.conversation])
    said = {"user": _("You"), "assistant": _("Reply")}.get(hit.role, "")
    facts = [date_format(hit.moment.astimezone(zone), "DATE_FORMAT"), said]
    if hit.archived:
        facts.append(_("Archived"))
    shown = " · ".join(fact for fact in facts if fact)
    if hit.message is None:
        return ShownHit(f"{page}?{urlencode({'q': q})}", hit.snippet, (), shown, "")
    return ShownHit(
        f"{page}?{urlencode({'at': hit.message, 'q': q})}#message-{hit.message}",
        (Piece(hit.title or _("New chat")),),
        hit.snippet,
        shown,
        str(hit.message),
    )
