"""What the pages of the settings have in common: the list beside them, and the way from one to the other."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.web.sidebar import sidebar_of
from chat.web.signed_in import PageRequest
from chat.web.texts import texts

SECTIONS: tuple[tuple[str, str | Promise], ...] = (
    ("settings", _("General")),
    ("chat_settings", _("Chat")),
    ("password", _("Sign-in")),
    ("shared_links", _("Shared links")),
    ("import", _("Import")),
    ("keys", _("API keys")),
    ("data", _("Your data")),
)
"""The name of each page's address, and what it is called."""


def show(
    request: PageRequest, section: str, context: dict[str, Any], *, template: str = "", status: int = 200
) -> HttpResponse:
    """A page of the settings, or one that belongs to it. 400 where a form on it was refused."""
    frame = {
        "sidebar": sidebar_of(request),
        "texts": texts(),
        "sections": SECTIONS,
        "section": section,
        "section_title": dict(SECTIONS)[section],
    }
    return render(request, template or f"settings/{section}.html", frame | context, status=status)


def saved(request: PageRequest, section: str, text: str) -> HttpResponse:
    """Back to the page, which says so once."""
    messages.success(request, text)
    return redirect(f"web:{section}")
