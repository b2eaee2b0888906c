"""What all pages of the desk have around them: the ways between them, each for whoever may go there."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Entry:
    """A page that all others lead to."""

    view: str
    name: str | Promise
    permission: str
    args: tuple[str, ...] = ()


ENTRIES: Final[tuple[Entry, ...]] = (
    Entry("exports", _("Exports"), "chat.export_conversations"),
    Entry("audit", _("Audit log"), "chat.view_auditentry"),
)
"""In the order in which they are shown."""


def frame(request: HttpRequest, here: str, title: str | Promise) -> dict[str, Any]:
    """The context of `admin/review/frame.html`; `here` is the view that is shown."""
    user = request.user
    assert isinstance(user, User)
    ways = [
        {
            "address": reverse(f"review:{entry.view}", args=entry.args),
            "name": entry.name,
            "here": entry.view == here,
        }
        for entry in ENTRIES
        if user.has_perm(entry.permission)
    ]
    return {**admin.site.each_context(request), "title": title, "ways": ways}
