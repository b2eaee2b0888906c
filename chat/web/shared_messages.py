"""The messages of a shared link for the one template: from the snapshot alone, without a query."""

from dataclasses import replace
from typing import Any

from chat import portable
from chat.shown.branch import Step
from chat.shown.message import Shown, show

_UNTOLD = dict.fromkeys(
    (
        *("parent", "usage", "error", "cut_off", "feedback", "finish_reason"),
        *("started", "first_token", "first_text", "ended"),
    )
)
"""What a message has for its owner, and a snapshot does not hold."""


def show_shared(messages: list[dict[str, Any]]) -> list[Shown]:
    """In their order. They are numbered: the ids that they had are nobody's business."""
    return [_show(number, message) for number, message in enumerate(messages, 1)]


def _show(number: int, message: dict[str, Any]) -> Shown:
    told = _UNTOLD | message | {"id": str(number), "conversation": ""}
    # Nothing is written here any more, whatever it was at the moment of sharing.
    status = "interrupted" if message["status"] == "streaming" else message["status"]
    step = Step(
        message=told | {"status": status}, number=1, count=1, before=None, after=None, has_answers=True
    )
    note = portable.how_it_ended(message) if message["role"] == "assistant" else ""
    return replace(show(step), note=note, may_continue=False)
