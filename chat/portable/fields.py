"""Fields of a document that somebody else wrote: of the right kind and within bounds, or `Unreadable`."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from chat.errors import BadRequest

MOST_MESSAGES = 20_000
"""Of one conversation, with those that are not shown: ten times the longest that is known to us."""
_UNFIT = re.compile("[\x00\ud800-\udfff]")
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""What is dated before was dated by a broken clock."""


class Unreadable(BadRequest):
    """Why this conversation cannot be taken in, for whoever wants it; the others can."""

    code = "unreadable"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Characters that a question and a reply may have; 0 is no limit. No time is after `now`."""

    now: datetime
    question: int = 0
    reply: int = 0

    def text(self, value: Any, role: str) -> str:
        """What is said in a message. Half characters and NUL, which no database holds, are replaced."""
        if not isinstance(value, str):
            raise Unreadable(_("A message has no text where one belongs."))
        most = self.reply if role == "assistant" else self.question
        if most and len(value) > most:
            raise Unreadable(_("A message is longer than {most} characters.").format(most=f"{most:,}"))
        return fit(value)

    def moment(self, value: Any) -> datetime | None:
        """Seconds since 1970, or RFC 3339; None for what is no time or cannot be one."""
        try:
            if isinstance(value, str):
                moment = datetime.fromisoformat(value)
            elif isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
                moment = datetime.fromtimestamp(value, UTC)
            else:
                return None
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError, OSError):
            return None
        return min(moment, self.now) if moment >= _EARLIEST else None


def fit(text: str) -> str:
    return _UNFIT.sub("\ufffd", text)


def line(value: Any, most: int) -> str:
    """A name or title: one line, cut at `most` characters; empty where it is no text."""
    return fit(" ".join(value[: 4 * most].split()))[:most] if isinstance(value, str) else ""


def mapping(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(what)
    return value
