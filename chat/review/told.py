"""What users are told of the site's policies: who may read what they write, and what deleting means."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings

from chat.review.scope import is_reviewed

NOT: Final = "not"
FLAGGED: Final = "flagged"
ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Told:
    """For one user."""

    review: str
    """Whether their conversations may be read: `not`, `flagged` (by them, a rule or a reviewer) or `all`."""
    temporary: str
    """The same of temporary chats."""
    purge_days: int
    """Days after which what was deleted is gone for good; 0: as soon as it can be undone no more."""


def what_is_told(user_id: int) -> Told:
    """Costs a query only where there are exempt groups."""
    review = settings.CHAT_REVIEW if is_reviewed(user_id) else NOT
    temporary = review if settings.CHAT_TEMPORARY_CHATS == "reviewed" else NOT
    return Told(review, temporary, settings.CHAT_PURGE_DAYS)
