"""Where the panels' forms go: answered with the panels as they are then, or with what stands in the way.

Scripts (`X-Part: panels`) get the panels alone; forms without scripts lead back to the conversation, or on to
the next one of the queue.
"""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chat.admin.review.allowed import actor, allowed, reviewer
from chat.admin.review.frame import frame
from chat.admin.review.panel import PERMISSION, SAID, Conflict, Desk, desk_of
from chat.admin.review.queues import after_judging, queue_of
from chat.audit import Actor
from chat.errors import BadRequest, NotFound
from chat.models import Label
from chat.models.judgement import Verdict
from chat.review import flags, judging, reader
from chat.review.judging import STAYS, Change, Overtaken
from chat.review.targets import Target

READ: Final = "chat.review_conversations"


@require_POST
@allowed(READ, PERMISSION)
def judge(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """`do` says what; `message` of which message, if of one; `seen` is the version that was shown."""
    given = request.POST
    target = Target(conversation_id, _uuid(given.get("message", "")))
    act = ACTS.get(given.get("do", ""))
    if act is None:
        return HttpResponse(_("There is no such verb."), status=400, content_type="text/plain")
    try:
        said = SAID[act(actor(request), target, given)]
    except NotFound as error:
        raise Http404 from error
    except Overtaken:
        return _overtaken(request, target)
    except BadRequest as error:
        return _answer(request, target, error.message, status=400)
    return _answer(request, target, said, go_on=given.get("do") == "change" and bool(given.get("verdict")))


def _change(actor: Actor, target: Target, given: QueryDict) -> str:
    wanted = Change(
        verdict=given.get("verdict"),
        labels=frozenset(map(_number, given.getlist("labels"))) if "with_labels" in given else None,
        assignee=_assignee(actor, given.get("assignee")),
        escalated=given.get("escalated") == "1" if "escalated" in given else None,
    )
    judging.change(actor, target, _number(given.get("seen", "")), wanted)
    if wanted.verdict is not None:
        return "verdict" if wanted.verdict else "no_verdict"
    if wanted.labels is not None:
        return "labels"
    if wanted.escalated is not None:
        return "escalate" if wanted.escalated else "no_escalate"
    return "assign" if wanted.assignee != STAYS else "nothing"


def _flag(actor: Actor, target: Target, given: QueryDict) -> str:
    flags.flag_by_hand(actor, target, given.get("reason", ""))
    return "flag"


def _resolve(actor: Actor, target: Target, given: QueryDict) -> str:
    number = _number(given.get("flag", "")) if given.get("flag") else None
    return "resolve" if flags.resolve(actor, target, number) else "resolved"


def _reopen(actor: Actor, target: Target, given: QueryDict) -> str:
    flags.reopen(actor, target, _number(given.get("flag", "")))
    return "reopen"


def _note(actor: Actor, target: Target, given: QueryDict) -> str:
    judging.add_note(actor, target, given.get("text", ""))
    return "note"


def _unnote(actor: Actor, target: Target, given: QueryDict) -> str:
    judging.remove_note(actor, target.conversation, _number(given.get("note", "")))
    return "unnote"


Act = Callable[[Actor, Target, QueryDict], str]
ACTS: Final[dict[str, Act]] = {
    "change": _change,
    "flag": _flag,
    "resolve": _resolve,
    "reopen": _reopen,
    "note": _note,
    "unnote": _unnote,
}


def _answer(
    request: HttpRequest, target: Target, said: str | Promise, *, status: int = 200, go_on: bool = False
) -> HttpResponse:
    back = f"{reverse('review:conversation', args=[target.conversation])}?{request.META['QUERY_STRING']}"
    if request.POST.get("back") == "queue" and (queue := queue_of(request)):
        back = reverse("review:queue", args=[queue])
    if go_on and request.POST.get("then") == "next":
        back = after_judging(request) or back
        messages.success(request, str(said))  # the next page says it
        if _by_script(request):
            return HttpResponse(status=204, headers={"X-Next": back})
        return HttpResponseRedirect(back)
    if _by_script(request):
        desk = desk_of(request, target.conversation)
        desk.said = said
        return _panels(request, target, desk, status)
    if status != 200:
        messages.error(request, str(said))
    else:
        messages.success(request, str(said))
    return HttpResponseRedirect(back)


def _overtaken(request: HttpRequest, target: Target) -> HttpResponse:
    desk = desk_of(request, target.conversation)
    panel = desk.of("" if target.message is None else str(target.message))
    fields = tuple(
        (name, value)
        for name in ("do", "message", "verdict", "with_labels", "labels", "assignee", "escalated", "then")
        for value in request.POST.getlist(name)
    )
    panel.conflict = Conflict(_in_words(request, desk), fields)
    desk.said = _("Somebody changed this meanwhile. Nothing of yours was saved yet.")
    if _by_script(request):
        return _panels(request, target, desk, 409)
    context = frame(request, "list", _("Changed meanwhile")) | {
        "desk": desk,
        "panel": panel,
        "list_query": request.META["QUERY_STRING"],
    }
    return render(request, "admin/review/overtaken.html", context, status=409)


def _in_words(request: HttpRequest, desk: Desk) -> tuple[tuple[str | Promise, str | Promise], ...]:
    """What the reviewer wanted, as name and value."""
    given, wanted = request.POST, []
    if "verdict" in given:
        names = {str(value): label for value, label in Verdict.choices}
        wanted.append((_("Verdict"), names.get(given["verdict"]) or _("none")))
    if "with_labels" in given:
        keys = {key for key in given.getlist("labels") if key.isascii() and key.isdigit()}
        names_of = ", ".join(Label.objects.filter(pk__in=keys).values_list("name", flat=True))
        wanted.append((_("Labels"), names_of or _("none")))
    if "assignee" in given:
        people = {str(key): name for key, name in desk.reviewers} | {"me": reviewer(request).get_username()}
        wanted.append((_("Assigned to"), people.get(given["assignee"]) or _("nobody")))
    if "escalated" in given:
        wanted.append((_("Escalated"), _("yes") if given["escalated"] == "1" else _("no")))
    return tuple(wanted)


def _panels(request: HttpRequest, target: Target, desk: Desk, status: int) -> HttpResponse:
    """The conversation's panel, and those of all messages of which there is something to say."""
    if target.message is not None:
        desk.of(str(target.message))
    _keep_back(request, desk)
    context = {
        "desk": desk,
        "panels": list(desk.messages.values()),
        "list_query": request.META["QUERY_STRING"],
        "said": desk.said,
    }
    return render(request, "admin/review/panels.html", context, status=status)


def _keep_back(request: HttpRequest, desk: Desk) -> None:
    """A user's own words in a report are shown to whoever opened the conversation, which is in the log."""
    if reader.is_reading(actor(request), desk.conversation):
        return
    for panel in (desk.whole, *desk.messages.values()):
        for flag in panel.flags:
            flag.reason = ""


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Part") == "panels"


def _assignee(actor: Actor, given: str | None) -> int | None:
    if given is None:
        return STAYS
    if given == "me":
        return actor.user
    return _number(given) if given else None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise BadRequest(_("This page is too old. Reload it, and try again."))
    return int(text)


def _uuid(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
