"""Sharing: the owner's page (or dialog) of a conversation's links, and the page that a link leads to."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from chat import service
from chat.access.rows import as_uuid, conversation_for
from chat.access.shares import list_shares, read_shared
from chat.database import reading
from chat.errors import BadRequest, NotFound
from chat.web.errors import no_shared_page
from chat.web.shared_messages import show_shared
from chat.web.sidebar import sidebar_of
from chat.web.signed_in import PageRequest, caller_of, signed_in_async
from chat.web.texts import texts

LIFETIMES: dict[str, tuple[Promise, timedelta | None]] = {
    "1": (_("1 day"), timedelta(days=1)),
    "7": (_("7 days"), timedelta(days=7)),
    "30": (_("30 days"), timedelta(days=30)),
    "never": (_("Until I take it back"), None),
}
DEFAULT_LIFETIME = "7"

PRIVATE = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
"""The address is the secret: not for caches, not for sites that the text links to, not for search engines."""


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in_async
async def share(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    """What would be shared, with whom, and the links that there are; POST makes one and shows it, this once.

    A page, or for scripts what a dialog holds.
    """
    if not settings.CHAT_SHARING:
        raise Http404
    secret = await _make(request, conversation_id) if request.method == "POST" else None
    context = await reading(_about, request, conversation_id)
    if secret:
        context["new_link"] = request.build_absolute_uri(reverse("web:shared", args=[secret]))
        context["new_link_id"] = context["links"][0].id
    return render(request, "shared/sheet.html" if request.htmx else "shared/links.html", context)


@require_POST
@signed_in_async
async def revoke(request: PageRequest, share_id: UUID) -> HttpResponse:
    """Take a link back: in the list of its conversation's, or in that of all on the settings page."""
    given = request.POST.get("conversation")
    conversation = as_uuid(given, "conversation") if given else None
    await service.revoke_share(caller_of(request), str(share_id))
    if request.htmx:
        links = await reading(list_shares, request.user.pk, conversation)
        shown = {"links": links, "with_titles": conversation is None}
        # The page that still shows the link itself, since it was just made, hears that it is to go.
        told = {"id": str(share_id)}
        return trigger_client_event(render(request, "shared/list.html", shown), "link-revoked", told)
    return redirect("web:share", conversation) if conversation else redirect("web:shared_links")


@require_safe
def shared(request: HttpRequest, secret: str) -> HttpResponse:
    """What a link shows, to anybody. Asks for no session and makes none."""
    try:
        if not settings.CHAT_SHARING:
            raise NotFound("Sharing is switched off.")
        found = read_shared(secret)
    except NotFound:
        response = no_shared_page(request)
    else:
        context = {"shared": found, "messages_shown": show_shared(found.messages), "read_only": True}
        response = render(request, "shared/conversation.html", context)
    for name, value in PRIVATE.items():
        response.headers[name] = value
    return response


async def _make(request: PageRequest, conversation_id: UUID) -> str:
    chosen = request.POST.get("lifetime", DEFAULT_LIFETIME)
    if chosen not in LIFETIMES:
        raise BadRequest("There is no such lifetime.", param="lifetime")
    return await service.share(
        caller_of(request),
        str(conversation_id),
        lifetime=LIFETIMES[chosen][1],
        author=_name_of(request) if "with_name" in request.POST else "",
    )


def _about(request: PageRequest, conversation_id: UUID) -> dict[str, Any]:
    found = conversation_for(request.user.pk, conversation_id)
    about = {
        "conversation": found,
        "links": list_shares(request.user.pk, found.id),
        "lifetimes": [(value, label) for value, (label, _lifetime) in LIFETIMES.items()],
        "default_lifetime": DEFAULT_LIFETIME,
        "own_name": _name_of(request),
    }
    if request.htmx:
        return about
    return about | {"sidebar": sidebar_of(request), "texts": texts(), "current": str(found.id)}


def _name_of(request: PageRequest) -> str:
    return request.user.get_full_name() or request.user.get_username()
