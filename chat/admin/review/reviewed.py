"""A message as a reviewer is shown it: as its owner sees it, and beside that how it came to be."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.digest.costs import Money, cost_of_call
from chat.review.reader import Opened
from chat.review.timeline import Timeline, timeline_of
from chat.shown.branch import Branch, Step
from chat.shown.message import Shown, show
from chat.shown.moments import moment
from chat.shown.money import money

STATUSES: Final[dict[str, Promise]] = {
    "streaming": gettext_lazy("is being written"),
    "complete": gettext_lazy("complete"),
    "stopped": gettext_lazy("stopped by the user"),
    "interrupted": gettext_lazy("interrupted"),
    "failed": gettext_lazy("failed"),
}
CUT_OFFS: Final[dict[str, Promise]] = {
    "left": gettext_lazy("nobody followed it any more"),
    "drain": gettext_lazy("the server restarted"),
    "crash": gettext_lazy("the server broke down"),
}
SOURCES: Final[dict[str, Promise]] = {
    "page": gettext_lazy("page"),
    "api": gettext_lazy("API"),
    "websocket": gettext_lazy("WebSocket"),
    "openai": gettext_lazy("OpenAI-compatible API"),
    "import": gettext_lazy("import"),
}
POINTS: Final[dict[str, Promise]] = {
    "asked": gettext_lazy("asked"),
    "sent": gettext_lazy("request sent"),
    "first_token": gettext_lazy("first token"),
    "first_text": gettext_lazy("first word of the answer"),
    "ended": gettext_lazy("ended"),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One completion: how it went, when what came, and all that is known of it, as names and values."""

    number: int
    status: str
    timeline: Timeline
    points: tuple[tuple[str, str, str], ...]
    """What happened, after how many seconds, and its name for the style sheet."""
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What the foot of a message needs in the desk's variant of the one template."""

    before: str | None
    """The version before this one, to be opened at; None for the first."""
    after: str | None
    written: str
    deleted: str
    """When its owner deleted it, in words; empty: they did not."""
    calls: tuple[Call, ...]


def review(opened: Opened, branch: Branch, step: Step) -> tuple[Shown, Reviewed]:
    """A step of the branch, with its message as it was read."""
    conversation = opened.tree.conversation["id"]
    message = opened.messages[step.message["id"]]
    siblings = [sibling["id"] for sibling in branch.children[step.message["parent"]]]
    place = step.number - 1
    deleted = step.message.get("deleted")
    shown = show(
        replace(step, message=message),
        to_reviewer=True,
        file_url=lambda file: reverse("review:file", args=[conversation, file]),
    )
    return shown, Reviewed(
        before=siblings[place - 1] if place > 0 else None,
        after=siblings[place + 1] if place + 1 < len(siblings) else None,
        written=_day(message["created"]),
        deleted=_day(deleted) if deleted else "",
        calls=tuple(_call(each, _cost(opened, each)) for each in opened.completions.get(message["id"], ())),
    )


def _cost(opened: Opened, call: dict[str, Any]) -> Money | None:
    asked = datetime.fromisoformat(call["created"])
    return cost_of_call(opened.prices, call["model"], asked, call["usage"])


def _call(completion: dict[str, Any], cost: Money | None) -> Call:
    timeline = timeline_of(completion)
    usage, error = completion["usage"] or {}, completion["error"] or {}
    facts: list[tuple[str, Any]] = [
        (_("Status"), str(STATUSES[completion["status"]])),
        (_("Cut off because"), str(CUT_OFFS.get(completion["cut_off"], "")).strip()),
        (_("Error"), error.get("code")),
        (_("What the server said"), error.get("message")),
        (_("Source"), str(SOURCES.get(completion["source"], ""))),
        (_("Model"), completion["model"]),
        (_("Connection"), completion["connection"]),
        (_("The provider said"), completion["finish_reason"]),
        (_("Tokens read"), usage.get("prompt_tokens")),
        (_("Tokens written"), usage.get("completion_tokens")),
        (_("Cost"), _("its model has no price") if cost is None else money(cost)),
        (_("Parameters"), in_words(completion["params"])),
    ]
    return Call(
        number=completion["number"],
        status=completion["status"],
        timeline=timeline,
        points=tuple(
            (str(POINTS[point.name]), _("%(seconds).1f s") % {"seconds": point.seconds}, point.name)
            for point in timeline.points
        ),
        facts=tuple((name, str(value)) for name, value in facts if value not in (None, "")),
    )


def in_words(params: dict[str, Any] | None) -> str:
    """Parameters as people write them: `temperature 0.2, max_tokens 500`."""
    return ", ".join(
        f"{name} {json.dumps(value, ensure_ascii=False)}" for name, value in (params or {}).items()
    )


def _day(text: str) -> str:
    found = moment(text)
    return "" if found is None else date_format(localtime(found), "DATETIME_FORMAT")
