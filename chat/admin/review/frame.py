"""What all pages of the desk have around them: the ways between them, each for whoever may go there."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.review import exports, queues
from chat.review.queues import Name

READ: Final = "chat.review_conversations"
JUDGE: Final = "chat.judge_conversations"


@dataclass(frozen=True, slots=True)
class Entry:
    """A page that all others lead to."""

    view: str
    name: str | Promise
    permissions: tuple[str, ...]
    """All of which it takes; with `of_these`, one of them."""
    args: tuple[str, ...] = ()
    queue: Name | None = None
    """Shown with how many wait there."""
    of_these: bool = False

    @property
    def key(self) -> str:
        return f"{self.view}-{self.queue}" if self.queue else self.view


ENTRIES: Final[tuple[Entry, ...]] = (
    Entry("list", _("Conversations"), (READ,)),
    Entry("queue", _("New flags"), (READ, JUDGE), ("new",), "new"),
    Entry("queue", _("Mine"), (READ, JUDGE), ("mine",), "mine"),
    Entry("queue", _("Escalated"), (READ, JUDGE), ("escalated",), "escalated"),
    Entry("dashboard", _("Figures"), ("chat.see_figures",)),
    Entry("exports", _("Exports"), exports.PERMISSIONS),
    Entry("audit", _("Audit log"), ("chat.view_auditentry",)),
    Entry("policy", _("Policies"), ("chat.view_retentionrule", "chat.view_legalhold"), of_these=True),
)
"""In the order in which they are shown."""


def entries_for(user: User) -> list[Entry]:
    """The pages that somebody may open."""
    return [entry for entry in ENTRIES if _may_open(user, entry)]


def _may_open(user: User, entry: Entry) -> bool:
    enough = any if entry.of_these else all
    return enough(user.has_perm(permission) for permission in entry.permissions)


def address_of(entry: Entry) -> str:
    return reverse(f"review:{entry.view}", args=entry.args)


def frame(request: HttpRequest, here: str, title: str | Promise) -> dict[str, Any]:
    """The context of `admin/review/frame.html`; `here` is the view that is shown."""
    user = request.user
    assert isinstance(user, User)
    waiting = queues.counts(user.pk) if user.has_perms((READ, JUDGE)) else {}
    ways = [
        {
            "address": address_of(entry),
            "name": entry.name,
            "here": entry.key == here,
            "count": _said(waiting.get(entry.queue, 0)) if entry.queue else "",
        }
        for entry in entries_for(user)
    ]
    return {**admin.site.each_context(request), "title": title, "ways": ways}


def _said(count: int) -> str:
    """Empty for none."""
    if not count:
        return ""
    return str(count) if count <= queues.COUNTED else f"{queues.COUNTED}+"
