"""The page of a conversation, whole and in the fragments that its scripts swap in. Reads only."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chat.access.conversations import read_conversation
from chat.access.descriptions import describe_conversation
from chat.access.rows import conversation_for
from chat.web.branch import active_branch
from chat.web.shown import Shown, show
from chat.web.sidebar import sidebar_of
from chat.web.signed_in import PageRequest, signed_in
from chat.web.texts import TEXTS


@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """A new chat; on a server without users the way to the first account."""
    if not request.user.is_authenticated and not User.objects.exists():
        return redirect("web:setup")
    return new_chat(request)


@signed_in
def new_chat(request: PageRequest) -> HttpResponse:
    return render(
        request, "chat/conversation.html", page(request) | {"starters": starters(), "demo": is_demo()}
    )


@never_cache
@signed_in
def conversation(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    found = read_conversation(request.user.pk, conversation_id)
    context = page(request) | transcript_of(found) | {"current": found["id"]}
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
    """The messages of the active branch alone."""
    found = read_conversation(request.user.pk, conversation_id)
    return render(request, "chat/transcript.html", transcript_of(found))


@never_cache
@signed_in
def message(request: PageRequest, conversation_id: UUID, message_id: UUID) -> HttpResponse:
    """One message of the tree as saved now, wherever the active branch goes."""
    found = read_conversation(request.user.pk, conversation_id)
    wanted = str(message_id)
    if all(known["id"] != wanted for known in found["messages"]):
        raise Http404
    step = active_branch(found["messages"], wanted)[-1]
    return render(request, "chat/message.html", {"message": show(step)})


def page(request: PageRequest) -> dict[str, Any]:
    """What the frame around every conversation needs."""
    return {
        "sidebar": sidebar_of(request),
        "texts": {name: str(text) for name, text in TEXTS.items()},
        "chosen": request.chosen,
        "resume_window": request.chosen.resume_window(settings.CHAT_WEB_RESUME_WINDOW),
        "current": None,
    }


def transcript_of(found: dict[str, Any]) -> dict[str, Any]:
    messages: list[Shown] = [show(step) for step in active_branch(found["messages"], found["active"])]
    return {
        "conversation": found,
        "messages_shown": messages,
        # Changes whenever the transcript would look different: a tab that comes back compares it.
        "version": f"{found['active']} {messages[-1].status if messages else ''} {found['updated']}",
    }


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
