"""The page of a conversation, whole and in the fragments that its scripts swap in. Reads only."""

from dataclasses import replace
from hashlib import blake2s
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chat.access.descriptions import describe_conversation
from chat.access.rows import conversation_for
from chat.access.trees import Tree, read_messages, read_tree
from chat.shown.branch import Branch, branch_through
from chat.shown.message import Shown, show
from chat.shown.parts import Place, part_of, place_in
from chat.web.attaching import taken
from chat.web.sidebar import sidebar_of
from chat.web.signed_in import PageRequest, signed_in
from chat.web.texts import texts


@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """A new chat; on a server without users the way to the first account."""
    if not request.user.is_authenticated and not User.objects.exists():
        return redirect("web:setup")
    return new_chat(request)


@signed_in
def new_chat(request: PageRequest) -> HttpResponse:
    return render(request, "chat/conversation.html", page(request))


@never_cache
@signed_in
def conversation(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    shown = transcript_of(request, read_tree(request.user.pk, conversation_id))
    context = page(request) | shown | {"current": str(conversation_id), "at": request.GET.get("at")}
    return render(request, "chat/conversation.html", context)


@never_cache
@signed_in
def top(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    """The line above the conversation alone."""
    found = conversation_for(request.user.pk, conversation_id)
    return render(request, "chat/conversation_top.html", {"conversation": describe_conversation(found)})


@never_cache
@signed_in
def transcript(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    """The messages alone. Nothing, where they look as they did in the `version` that the page has.

    `without=prose`: for a page that has most of the prose already. So for one message, too.
    """
    tree = read_tree(request.user.pk, conversation_id)
    if request.GET.get("version") == version_of(tree):
        return HttpResponse(status=204)
    shown = transcript_of(request, tree, without_prose=_without_prose(request))
    return render(request, "chat/transcript.html", shown)


@never_cache
@signed_in
def part(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    """Earlier or later messages, for a page that shows those next to them."""
    place = place_in(request.GET)
    shown = transcript_of(request, read_tree(request.user.pk, conversation_id))
    if place is None or place.message not in shown["branch"].ids:
        raise Http404
    beyond = "later" if place.way == "before" else "earlier"
    return render(request, "chat/part.html", shown | {beyond: None})


@never_cache
@signed_in
def message(request: PageRequest, conversation_id: UUID, message_id: UUID) -> HttpResponse:
    """One message of the tree as saved now, wherever the active branch goes."""
    tree = read_tree(request.user.pk, conversation_id)
    wanted = str(message_id)
    if all(node["id"] != wanted for node in tree.nodes):
        raise Http404
    branch = branch_through(tree.nodes, wanted)
    shown = _shown(tree, branch, slice(-1, None), without_prose=_without_prose(request))
    if not shown:  # it was purged meanwhile
        raise Http404
    return render(request, "chat/message.html", {"message": shown[0]})


@never_cache
@signed_in
def search_page(request: PageRequest) -> HttpResponse:
    """What the list shows while one types, as a page: for who has no script."""
    return render(request, "chat/search.html", page(request) | {"is_search": True})


def page(request: PageRequest) -> dict[str, Any]:
    """What the frame around every conversation needs."""
    return {
        "sidebar": sidebar_of(request),
        "texts": texts(),
        "chosen": request.chosen,
        "resume_window": request.chosen.resume_window(settings.CHAT_WEB_RESUME_WINDOW),
        "taken": taken(request.user.pk),
        "starters": starters(),
        "demo": is_demo(),
        "current": None,
    }


def transcript_of(request: PageRequest, tree: Tree, *, without_prose: bool = False) -> dict[str, Any]:
    """The part of the branch that the address asks for: the end of the active one, where it names none."""
    place = place_in(request.GET)
    through = place.message if place and place.way not in {"from", "beside"} else None
    branch = branch_through(tree.nodes, tree.conversation["active"], through)
    if place and place.way == "beside":
        place = Place("at", branch.beside(place.message) or "")
    here = part_of(branch.path, place)
    return {
        "conversation": tree.conversation,
        "messages_shown": _shown(tree, branch, here, without_prose=without_prose),
        "branch": branch,
        # The messages next to which there are more.
        "earlier": branch.ids[here.start] if here.start > 0 else None,
        "later": branch.ids[here.stop - 1] if here.stop < len(branch.path) else None,
        "end": branch.ids[-1] if branch.path else None,
        "version": version_of(tree),
    }


def version_of(tree: Tree) -> str:
    """Changes whenever the transcript would look different: a tab that comes back compares it."""
    states = "\n".join(f"{node['id']} {node['state']}" for node in tree.nodes)
    return blake2s(f"{tree.conversation['active']}\n{states}".encode(), digest_size=12).hexdigest()


def _without_prose(request: PageRequest) -> bool:
    return request.GET.get("without") == "prose"


def _shown(tree: Tree, branch: Branch, part: slice, *, without_prose: bool) -> list[Shown]:
    steps = branch.steps(part)
    messages = read_messages(tree, [step.message["id"] for step in steps])
    return [
        show(replace(step, message=messages[step.message["id"]]), without_prose=without_prose)
        for step in steps
        if step.message["id"] in messages
    ]


def is_demo() -> bool:
    """Whether no provider is named in the settings, so that the built-in model is at hand."""
    return not (settings.OPENAI_API_KEY or settings.OPENAI_BASE_URL)


def starters() -> list[str]:
    """Questions to begin with."""
    return [
        _("Explain how DNS works, with a table of the record types"),
        _("Write a Python function that finds anagrams, with tests"),
        _("Plan a three-day walk in the mountains"),
        _("Compare SSE and WebSockets in a few sentences"),
    ]
