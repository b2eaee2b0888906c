"""The groups of the list, by when a conversation was last asked: Pinned, Today, Yesterday, … Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Group:
    """`key` is the same for all of a group, in whichever language its name is."""

    key: str
    name: str


def group_of(day: date, today: date, *, pinned: bool) -> Group:
    """Days are the reader's own."""
    if pinned:
        return Group("pinned", _("Pinned"))
    if day >= today:
        return Group("today", _("Today"))
    if day == today - timedelta(days=1):
        return Group("yesterday", _("Yesterday"))
    if day >= today - timedelta(days=WEEK):
        return Group("week", _("Previous 7 days"))
    return Group(f"{day:%Y-%m}", date_format(day, "YEAR_MONTH_FORMAT"))
