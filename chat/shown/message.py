"""A message as the one template shows it: its HTML, and in words how a reply ended and how fast it was."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chat.render import needs_whole
from chat.shown.branch import Step
from chat.shown.failures import failure
from chat.shown.files import ShownFile, files_of, own_file_url
from chat.shown.moments import moment
from chat.shown.notices import notice
from chat.shown.programs import ShownCall, calls_of, other_parts_of
from chat.shown.rendered import rendered

CUT_OFF = frozenset({"stopped", "interrupted", "failed"})
"""What `continue` may go on with, besides a reply that was cut at the length limit."""
MEASURABLE = 0.5
"""Seconds of streaming below which a speed says nothing."""


@dataclass(frozen=True, slots=True)
class Shown:
    id: str
    parent: str | None
    role: str
    status: str
    source: str
    html: SafeString | None
    """None where it was left out."""
    reasoning: str
    thought: str
    """What the fold over the reasoning is called."""
    model: str
    note: str
    is_failure: bool
    notices: tuple[str, ...]
    timing: str
    may_continue: bool
    try_again: bool
    """A reply that never became one, or a question without any: to be asked once more is what it wants."""
    rating: int | None
    comment: str
    details: tuple[tuple[str, str], ...]
    """All that is known of how it was made: name and value."""
    step: Step
    files: tuple[ShownFile, ...] = ()
    reported: bool = False
    """By its owner, to those who review."""
    calls: tuple[ShownCall, ...] = ()
    parts: tuple[str, ...] = ()


def show(
    step: Step,
    *,
    to_reviewer: bool = False,
    file_url: Callable[[str], str] = own_file_url,
    without_prose: bool = False,
) -> Shown:
    """What the template needs of a message that `chat.access` described.

    `without_prose`: the HTML is left out, unless it is more than that of the blocks which a stream brings.
    """
    message = step.message
    is_reply = message["role"] == "assistant"
    feedback = message.get("feedback") or {}
    return Shown(
        id=message["id"],
        parent=message["parent"],
        role=message["role"],
        status=message["status"],
        source=message["content"],
        html=_html(message["content"], left_out=without_prose) if is_reply else SafeString(""),
        reasoning=message["reasoning"],
        thought=how_long_it_thought(message) if message["reasoning"] else "",
        model=message["model"] or "",
        note=how_it_ended(message, to_reviewer=to_reviewer) if is_reply else "",
        is_failure=message["status"] == "failed",
        notices=tuple(notice(told) for told in message.get("notices", ()) if isinstance(told, dict)),
        timing=how_fast(message) if is_reply else "",
        may_continue=is_reply and not step.has_answers and _was_cut_off(message),
        try_again=_never_was_a_reply(message) if is_reply else _is_unanswered(step),
        rating=feedback.get("rating"),
        comment=feedback.get("comment") or "",
        details=facts(message) if is_reply else (),
        step=step,
        files=files_of(message, file_url),
        reported=message.get("reported", False),
        calls=calls_of(message),
        parts=other_parts_of(message),
    )


def _html(content: str, *, left_out: bool) -> SafeString | None:
    if left_out and not needs_whole(content):
        return None
    # Sanitised by chat.render, which is the only place that makes HTML of a message.
    return mark_safe(rendered(content))  # noqa: S308


def _was_cut_off(message: dict[str, Any]) -> bool:
    """Whether there is something to go on with. What has no text is asked again instead."""
    return bool(message["content"]) and (message["status"] in CUT_OFF or message["finish_reason"] == "length")


def _is_unanswered(step: Step) -> bool:
    return step.message["role"] == "user" and not step.has_answers


def _never_was_a_reply(message: dict[str, Any]) -> bool:
    return message["status"] == "failed" or (message["status"] in CUT_OFF and not message["content"])


def how_it_ended(message: dict[str, Any], *, to_reviewer: bool = False) -> str:
    """One honest sentence, empty for a reply that is simply complete or still runs."""
    error = message["error"] or {}
    match message["status"]:
        case "stopped" if error.get("code") == "deleted":
            return _("This reply was stopped when it was deleted.")
        case "stopped":
            return _("The user stopped this reply.") if to_reviewer else _("You stopped this reply.")
        case "interrupted":
            return _why_cut_off(message)
        case "failed":
            return failure(error)
    match message["finish_reason"]:
        case "length":
            return _("Cut at the length limit.")
        case "content_filter":
            return _("The provider’s content filter ended this reply.")
    return ""


def _why_cut_off(message: dict[str, Any]) -> str:
    nothing = not (message["content"] or message["reasoning"])
    match message["cut_off"]:
        case "left" if nothing:
            return _("The connection was lost while the page was closed; nothing had arrived yet.")
        case "left":
            return _("The connection was lost while the page was closed; this is what had arrived.")
        case "drain" if nothing:
            return _("The server restarted before the reply began.")
        case "drain":
            return _("The server restarted while this reply was being written; this is what had arrived.")
        case "crash" if nothing:
            return _("The server crashed before the reply began.")
        case "crash":
            return _("The server crashed while this reply was being written; this is what had arrived.")
    return _("The connection was lost or the server restarted; this is what had arrived.")


def how_fast(message: dict[str, Any]) -> str:
    """Time to the first token, tokens, and tokens a second, as far as they are known."""
    facts = []
    started, first, ended = (moment(message[name]) for name in ("started", "first_token", "ended"))
    if started and first:
        facts.append(_("first word after %(seconds).1f s") % {"seconds": (first - started).total_seconds()})
    tokens = (message["usage"] or {}).get("completion_tokens")
    if isinstance(tokens, int) and tokens > 0:
        facts.append(ngettext("%(count)d token", "%(count)d tokens", tokens) % {"count": tokens})
        seconds = (ended - first).total_seconds() if first and ended else 0
        if seconds >= MEASURABLE:
            facts.append(_("%(speed).0f tokens/s") % {"speed": tokens / seconds})
    return " · ".join(facts)


def facts(message: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Everything that is known of a reply that ended, for whoever wants to look closer."""
    if message["status"] == "streaming":
        return ()
    started, first, ended = (moment(message[name]) for name in ("started", "first_token", "ended"))
    usage = message["usage"] or {}
    known: list[tuple[str, str | None]] = [
        (_("Model"), message["model"]),
        (_("Asked"), None if started is None else date_format(localtime(started), "DATETIME_FORMAT")),
        (_("First word after"), _seconds(started, first)),
        (_("Total time"), _seconds(started, ended)),
        (_("Tokens read"), _count(usage.get("prompt_tokens"))),
        (_("Tokens written"), _count(usage.get("completion_tokens"))),
        (_("The provider said"), message["finish_reason"]),
    ]
    return tuple((name, value) for name, value in known if value)


def _seconds(since: datetime | None, until: datetime | None) -> str | None:
    return _("%(seconds).1f s") % {"seconds": (until - since).total_seconds()} if since and until else None


def _count(tokens: object) -> str | None:
    return str(tokens) if isinstance(tokens, int) and tokens > 0 else None


def how_long_it_thought(message: dict[str, Any]) -> str:
    """From its first token to the first of its answer; to the end, where no answer came."""
    if message["status"] == "streaming":
        return _("Reasoning") if message["content"] else _("Thinking…")
    first, text, ended = (moment(message[name]) for name in ("first_token", "first_text", "ended"))
    until = text or ended
    seconds = round((until - first).total_seconds()) if first and until else 0
    if seconds < 1:  # too short to tell, or not known
        return _("Reasoning")
    if seconds < 60:
        return _("Thought for %(seconds)d s") % {"seconds": seconds}
    return _("Thought for %(minutes)d min %(seconds)d s") % {
        "minutes": seconds // 60,
        "seconds": seconds % 60,
    }
