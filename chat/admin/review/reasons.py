"""Why a conversation is read, where the site asks: said once, and good for a while for this conversation."""

import time
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.review.reader import REASONS, SAME_READING

NAMES: Final[dict[str, Promise]] = {
    "complaint": _("A complaint, or a question of the user"),
    "safety": _("Safety: somebody may come to harm"),
    "quality": _("The quality of the replies"),
    "billing": _("What it costs"),
    "other": _("Something else"),
}
KEPT: Final = "review_reasons"
MOST: Final = 50
"""Conversations in one session: a morning's work."""


def choices(session: SessionBase) -> list[tuple[str, Promise, bool]]:
    """Value, name, and whether it was the last one: what one looks into often has one reason."""
    given = list(session.get(KEPT, {}).values())
    last = given[-1][0] if given else REASONS[0]
    return [(value, NAMES[value], value == last) for value in REASONS]


def reason_for(session: SessionBase, conversation: UUID) -> str | None:
    """What was said for this conversation, not long ago."""
    if not settings.CHAT_REVIEW_REASON:
        return None
    kind, moment = session.get(KEPT, {}).get(str(conversation), (None, 0.0))
    return kind if time.time() - moment < SAME_READING.total_seconds() else None


def keep(session: SessionBase, conversation: UUID, kind: str) -> bool:
    """Remember it for this conversation; False for what is no reason."""
    if kind not in REASONS:
        return False
    known = dict(session.get(KEPT, {}))
    known.pop(str(conversation), None)
    known[str(conversation)] = (kind, time.time())
    session[KEPT] = dict(list(known.items())[-MOST:])
    return True
