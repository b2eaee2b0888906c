"""The desk's page of a conversation, and what its scripts and pictures fetch. Reads by the reader alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from chat.access.trees import Tree
from chat.admin.review import reasons
from chat.admin.review.allowed import actor, allowed, reviewer
from chat.admin.review.came_from import list_query
from chat.admin.review.frame import frame
from chat.admin.review.neighbours import neighbours_of
from chat.admin.review.panel import desk_of
from chat.admin.review.queues import queue_of
from chat.admin.review.reviewed import SOURCES, in_words, review
from chat.errors import BadRequest, Forbidden, NotFound
from chat.review import reader
from chat.review.reader import NeedsReason
from chat.shown.branch import Branch, branch_through
from chat.shown.live_texts import LIVE_TEXTS
from chat.shown.moments import moment
from chat.shown.money import money
from chat.shown.parts import Place, part_of, place_in

View = Callable[..., HttpResponse]
NOTHING: Final = UUID(int=0)
"""Comes before all messages."""


def reading(view: View) -> View:
    """For whoever may read: what the reader refuses is a page of the site's own."""

    @allowed(reader.PERMISSION)
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Forbidden as error:
            raise PermissionDenied from error
        except NotFound as error:
            raise Http404(error.message) from error
        except NeedsReason:
            return HttpResponse(status=403)
        except BadRequest as error:
            return HttpResponseBadRequest(error.message)

    return wrapped


@dataclass(frozen=True, slots=True)
class Part:
    """What the address asks for: a branch, and the messages of it."""

    branch: Branch
    here: slice

    @property
    def ids(self) -> list[str]:
        return self.branch.ids[self.here]


def part_asked_for(tree: Tree, query: Mapping[str, str]) -> Part:
    """Around `message`, else as the chat page does it; along the branch that `through` names."""
    place = Place("at", query["message"].lower()) if query.get("message") else place_in(query)
    through = query.get("through", "").lower() or (place.message if place else None)
    branch = branch_through(tree.nodes, tree.conversation["active"], through)
    return Part(branch, part_of(branch.path, place))


@reading
@require_http_methods(["GET", "POST"])
def conversation(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The conversation; where the site asks for a reason, a form that asks comes before it."""
    if request.method == "POST":
        if not reasons.keep(request.session, conversation_id, request.POST.get("reason", "")):
            return HttpResponseBadRequest(_("Choose why you read this conversation."))
        return redirect(request.get_full_path())
    target = _uuid(request.GET.get("message"))
    try:
        opened = reader.open_conversation(
            actor(request),
            conversation_id,
            choose=lambda tree: part_asked_for(tree, request.GET).ids,
            target=target,
            reason=reasons.reason_for(request.session, conversation_id),
        )
    except NeedsReason:
        return _ask_why(request, conversation_id)
    part = part_asked_for(opened.tree, request.GET)
    branch, here = part.branch, part.here
    steps = [step for step in branch.steps(here) if step.message["id"] in opened.messages]
    described = opened.tree.conversation
    along = "" if branch.is_active or not branch.path else f"&through={branch.ids[-1]}"
    near = neighbours_of(request, conversation_id)
    desk = desk_of(request, conversation_id)
    context = frame(request, "list", described["title"] or _("New chat")) | {
        "opened": opened,
        "conversation": described,
        "items": [(*review(opened, branch, step), desk.of(step.message["id"])) for step in steps],
        "desk": desk,
        "branch": branch,
        "earlier": branch.ids[here.start] if here.start > 0 else None,
        "later": branch.ids[here.stop - 1] if here.stop < len(branch.path) else None,
        "along": along,
        "list_query": list_query(request),
        "near": near,
        "back": back_to(request),
        "params": in_words(described["params"]),
        "sources": [SOURCES.get(source, source) for source in opened.overview.sources],
        "cost": money(opened.overview.cost),
        "newest": max((node["id"] for node in opened.tree.nodes), default=""),
        "messages_count": len(opened.tree.nodes),
        "target": str(target) if target else None,
        "texts": {name: str(text) for name, text in LIVE_TEXTS.items()},
        "created": moment(described["created"]),
        "updated": moment(described["updated"]),
        "audit_address": _audit_address(request, conversation_id),
        "live_address": f"/admin/review/live/{conversation_id}/",
    }
    return render(request, "admin/review/conversation.html", context)


@reading
@require_GET
def message(request: HttpRequest, conversation_id: UUID, message_id: UUID) -> HttpResponse:
    """One message as saved now: what a script puts in place of a reply that ended."""
    opened = reader.read_message(
        actor(request),
        conversation_id,
        message_id,
        reason=reasons.reason_for(request.session, conversation_id),
    )
    branch = branch_through(opened.tree.nodes, str(message_id))
    shown, reviewed = review(opened, branch, branch.steps(slice(-1, None))[0])
    context = {
        "message": shown,
        "reviewed": reviewed,
        "conversation": opened.tree.conversation,
        "opened": opened,
        "desk": (desk := desk_of(request, conversation_id)),
        "panel": desk.of(str(message_id)),
        "list_query": list_query(request),
    }
    return render(request, "chat/message.html", context)


@reading
@require_GET
def news(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Whether messages came after the one that `since` names: asked every few seconds by the open page."""
    since = _uuid(request.GET.get("since")) or NOTHING
    return JsonResponse({"newer": reader.has_newer(actor(request), conversation_id, since)})


@reading
@require_GET
def file(request: HttpRequest, conversation_id: UUID, file_id: UUID) -> HttpResponse:
    """The bytes: to be saved, never opened here, but for the images that the server made itself."""
    described, data = reader.read_file(
        actor(request),
        conversation_id,
        file_id,
        reason=reasons.reason_for(request.session, conversation_id),
    )
    disposition = content_disposition_header(described["kind"] != "image", described["name"])
    return HttpResponse(
        data,
        content_type=described["content_type"],
        headers={
            "Content-Disposition": disposition or "",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            # Each look is an entry: nothing may be looked at from a cache.
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def back_to(request: HttpRequest) -> str:
    """The list or queue that one came from, filtered as it was."""
    if in_queue := queue_of(request):
        return reverse("review:queue", args=[in_queue])
    query = list_query(request)
    return f"{address_of('list') or reverse('admin:index')}{'?' if query else ''}{query}"


def address_of(view: str) -> str:
    """Of a page of the desk; empty where there is none."""
    try:
        return reverse(f"review:{view}")
    except NoReverseMatch:
        return ""


def _ask_why(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    context = frame(request, "list", _("Why do you read this conversation?")) | {
        "reasons": reasons.choices(request.session),
        "back": back_to(request),
    }
    return render(request, "admin/review/reason.html", context)


def _audit_address(request: HttpRequest, conversation: UUID) -> str:
    """Who read it, for those who may see that."""
    found = address_of("audit") if reviewer(request).has_perm("chat.view_auditentry") else ""
    return f"{found}?object={conversation}" if found else ""


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
