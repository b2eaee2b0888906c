"""The list of conversations: paged, searched, and changed in place. Changes go through the service."""

import json
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from chat import service
from chat.access.conversations import list_conversations
from chat.access.descriptions import describe_conversation
from chat.access.rows import conversation_for
from chat.web.signed_in import PageRequest, caller_of, signed_in, signed_in_async

PAGE = 40
"""Conversations a page: fills a tall screen, so that the next one is asked for by scrolling only."""


def sidebar_of(request: PageRequest) -> dict[str, Any]:
    """A page of the list, for the cursor, words and shelf in the query."""
    words = request.GET.get("q", "").replace("\0", "")
    archived = request.GET.get("archived") == "true"
    found = list_conversations(
        request.user.pk,
        cursor=request.GET.get("cursor") or None,
        limit=PAGE,
        q=words or None,
        archived=archived,
    )
    return found | {"q": words, "archived": archived}


@never_cache
@require_GET
@signed_in
def conversations(request: PageRequest) -> HttpResponse:
    return render(
        request, "chat/sidebar_items.html", {"sidebar": sidebar_of(request), "current": _current(request)}
    )


@never_cache
@require_GET
@signed_in
def item(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    found = conversation_for(request.user.pk, conversation_id)
    return render(request, "chat/sidebar_item.html", _item(request, describe_conversation(found)))


@never_cache
@require_GET
@signed_in
def rename(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    found = conversation_for(request.user.pk, conversation_id)
    return render(request, "chat/sidebar_rename.html", _item(request, describe_conversation(found)))


@require_POST
@signed_in_async
async def change(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    """A new title, pinned or not, archived or not."""
    fields: dict[str, Any] = {}
    if title := request.POST.get("title", "").strip():
        fields["title"] = title[:200]
    for name in ("pinned", "archived"):
        if name in request.POST:
            fields[name] = request.POST[name] == "true"
    changed = await service.change_conversation(caller_of(request), str(conversation_id), fields)
    if not request.htmx:
        return redirect("web:conversation", conversation_id)
    if "archived" in fields:
        return HttpResponse()  # it is on the other shelf now
    return render(request, "chat/sidebar_item.html", _item(request, changed))


@require_POST
@signed_in_async
async def delete(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    """Hides it at once and stops what runs in it; the page's script offers to undo it."""
    was_open = _current(request) == str(conversation_id)
    await service.delete_conversation(caller_of(request), str(conversation_id))
    if not request.htmx:
        return redirect("web:home")
    told = {"conversation-deleted": {"id": str(conversation_id), "open": was_open}}
    return HttpResponse(headers={"HX-Trigger": json.dumps(told)})


@require_POST
@signed_in_async
async def choose_branch(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    """Show the branch that ends at `active`."""
    fields = {"active": request.POST.get("active", "")}
    await service.change_conversation(caller_of(request), str(conversation_id), fields)
    page = reverse("web:transcript" if request.htmx else "web:conversation", args=[conversation_id])
    beside = request.POST.get("beside", "")
    return redirect(f"{page}?{urlencode({'beside': beside})}" if beside else page)


def _item(request: PageRequest, described: dict[str, Any]) -> dict[str, Any]:
    return {"conversation": described, "current": _current(request)}


def _current(request: PageRequest) -> str | None:
    """The conversation that the asking page shows, from the address that htmx sends along."""
    try:
        path = request.htmx.current_url_abs_path or ""
    except ValueError:  # the header holds no address
        return None
    parts = path.split("?")[0].strip("/").split("/")
    return parts[1] if len(parts) == 2 and parts[0] == "c" else None
