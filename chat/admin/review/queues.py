"""The pages of the queues, and the ways from one conversation of a queue to the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chat.admin.review.allowed import actor, allowed, reviewer
from chat.admin.review.frame import frame
from chat.admin.review.masked_title import masked_title
from chat.audit import record
from chat.review import queues
from chat.review.masks import masked
from chat.review.queues import NAMES, PAGE, Name, Place, Waiting

TITLES: Final[dict[Name, Promise]] = {
    "new": _("New flags"),
    "mine": _("Assigned to me"),
    "escalated": _("Escalated"),
}
EMPTY: Final[dict[Name, Promise]] = {
    "new": _("No flag waits for anybody. Well done."),
    "mine": _("Nothing is assigned to you that you have not judged."),
    "escalated": _("Nothing is escalated."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One that waits, with the way to it."""

    waiting: Waiting
    address: str
    title: str | Promise


@require_safe
@allowed("chat.review_conversations", "chat.judge_conversations")
def page(request: HttpRequest, name: Name) -> HttpResponse:
    """Oldest first; each opening is an entry `list`."""
    if name not in NAMES:
        raise Http404
    user = reviewer(request)
    after = place_of(request.GET)
    found = queues.page(name, user.pk, after)
    hidden = masked((waiting.conversation for waiting in found[:PAGE]), user.pk)
    rows = [_row(name, waiting, waiting.conversation in hidden) for waiting in found[:PAGE]]
    context = frame(request, f"queue-{name}", TITLES[name]) | {
        "rows": rows,
        "name": name,
        "empty": EMPTY[name],
        "more": _query(name, _place(found[PAGE - 1])) if len(found) > PAGE else "",
        "is_later": after is not None,
        "due_hours": settings.CHAT_REVIEW_DUE_HOURS,
    }
    record(actor(request), "list", "queue", name, {"count": len(rows)})
    return render(request, "admin/review/queue.html", context)


def place_of(query: Mapping[str, str]) -> Place | None:
    """Where in the queue the address says that one is."""
    since, _sign, conversation = query.get("place", "").partition("~")
    if not since:
        return None
    try:
        moment = datetime.fromisoformat(since)
        key = UUID(conversation)
    except ValueError:
        raise Http404 from None
    if moment.tzinfo is None:
        raise Http404
    return Place(moment, key)


def queue_of(request: HttpRequest) -> Name | None:
    """The queue that one came from."""
    wanted = request.GET.get("queue") if request.GET.get("in") == "queue" else None
    return next((name for name in NAMES if name == wanted), None)


def beside(request: HttpRequest) -> tuple[str, str]:
    """The addresses of the conversations before and after, in the queue that one came from."""
    name, place = queue_of(request), place_of(request.GET)
    if name is None or place is None:
        return "", ""
    before, after = queues.beside(name, reviewer(request).pk, place)
    return _address(name, before), _address(name, after)


def after_judging(request: HttpRequest) -> str:
    """On to the next one; at the end back to the queue. Empty where one came from no queue."""
    name = queue_of(request)
    if name is None:
        return ""
    return beside(request)[1] or reverse("review:queue", args=[name])


def _row(name: Name, waiting: Waiting, is_masked: bool) -> Row:
    title = masked_title(waiting.owner, waiting.updated) if is_masked else waiting.title or _("New chat")
    return Row(waiting, _address(name, _place(waiting)), title)


def _place(waiting: Waiting) -> Place:
    return Place(waiting.since, waiting.conversation)


def _address(name: Name, place: Place | None) -> str:
    if place is None:
        return ""
    return f"{reverse('review:conversation', args=[place.conversation])}?in=queue&{_query(name, place)}"


def _query(name: Name, place: Place) -> str:
    return urlencode({"queue": name, "place": f"{place.since.isoformat()}~{place.conversation}"})
