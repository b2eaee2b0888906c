"""The list of conversations: paged, grouped by date, and changed in place. Changes go through the service."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from chat import service
from chat.access.conversations import answered_now, list_conversations
from chat.access.descriptions import describe_conversation
from chat.access.rows import conversation_for
from chat.database import reading
from chat.errors import BadRequest
from chat.web.groups import group_of
from chat.web.search import hits_for, words_of
from chat.web.signed_in import PageRequest, caller_of, signed_in, signed_in_async
from chat.web.zone import zone_of

PAGE = 40
"""Conversations a page: fills a tall screen, so that the next one is asked for by scrolling only."""


def sidebar_of(request: PageRequest) -> dict[str, Any]:
    """A page of the list, for the cursor and the shelf in the query; hits, where it has words."""
    archived = request.GET.get("archived") == "true"
    shown: dict[str, Any] = {"q": words_of(request), "archived": archived}
    if shown["q"]:
        try:
            return shown | {"hits": hits_for(request)}
        except BadRequest as error:
            if error.param != "q":
                raise
            return shown | {"too_much": True}
    cursor = request.GET.get("cursor") or None
    found = list_conversations(request.user.pk, cursor=cursor, limit=PAGE, archived=archived)
    found["results"] = _listed(request, found["results"], after=request.GET.get("group", ""))
    return shown | found


@never_cache
@require_GET
@signed_in
def conversations(request: PageRequest) -> HttpResponse:
    template = "chat/sidebar_hits.html" if words_of(request) else "chat/sidebar_items.html"
    context = {"sidebar": sidebar_of(request), "current": _current(request), "at": _current_message(request)}
    return render(request, template, context)


@never_cache
@require_GET
@signed_in
def item(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    """One of the list, and with it what says where in the list it stands. A temporary chat is in none."""
    found = conversation_for(request.user.pk, conversation_id)
    if found.temporary:
        return HttpResponse(status=204)
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
        # It is on the other shelf now. The page says so, and offers the way back.
        told = {"conversation": str(conversation_id), "archived": fields["archived"]}
        return trigger_client_event(HttpResponse(), "archived", told, after="settle")
    return render(request, "chat/sidebar_item.html", await reading(_item, request, changed))


@require_POST
@signed_in_async
async def delete(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    """Hides it at once and stops what runs in it; the page's script offers to undo it."""
    was_open = _current(request) == str(conversation_id)
    await service.delete_conversation(caller_of(request), str(conversation_id))
    if not request.htmx:
        return redirect("web:home")
    final = "final" in request.POST
    told = {"conversation-deleted": {"id": str(conversation_id), "open": was_open, "final": final}}
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
    return {"conversation": _listed(request, [described])[0], "current": _current(request)}


def _listed(
    request: PageRequest, conversations: list[dict[str, Any]], *, after: str = ""
) -> list[dict[str, Any]]:
    """With group, and whether a reply runs. The first of a group has a heading, unless `after` is its key."""
    zone = zone_of(request)
    today = timezone.now().astimezone(zone).date()
    running = answered_now([conversation["id"] for conversation in conversations])
    listed = []
    for conversation in conversations:
        day = datetime.fromisoformat(conversation["updated"]).astimezone(zone).date()
        group = group_of(day, today, pinned=conversation["pinned"])
        here = {"group": group, "begins_group": group.key != after, "runs": conversation["id"] in running}
        listed.append(conversation | here)
        after = group.key
    return listed


def _current_message(request: PageRequest) -> str | None:
    """The message at which the asking page was opened."""
    try:
        query = urlsplit(request.htmx.current_url or "").query
    except ValueError:
        return None
    return parse_qs(query).get("at", [None])[0]


def _current(request: PageRequest) -> str | None:
    """The conversation that the asking page shows, from the address that htmx sends along."""
    try:
        path = request.htmx.current_url_abs_path or ""
    except ValueError:  # the header holds no address
        return None
    parts = path.split("?")[0].strip("/").split("/")
    return parts[1] if len(parts) == 2 and parts[0] == "c" else None
