"""API keys as pages list them: what each is for, what it used this month, and when it ends."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.digest.costs import read_prices
from chat.digest.days import month_of
from chat.digest.spent import Used, read_used
from chat.models import ApiKey, Spent
from chat.scopes import SCOPES, Scope
from chat.shown.money import money

SOON: Final = timedelta(days=14)
SCOPE_NAMES: Final[dict[Scope, Promise]] = {
    "chat": gettext_lazy("Ask and change"),
    "read": gettext_lazy("Read"),
    "review": gettext_lazy("Review"),
    "admin": gettext_lazy("Administer"),
}
SCOPE_TEXTS: Final[dict[Scope, Promise]] = {
    "chat": gettext_lazy("Ask, stop, upload, rename and delete in your name."),
    "read": gettext_lazy("Read your conversations and follow replies."),
    "review": gettext_lazy("Search, read and judge conversations at the review desk; each time is logged."),
    "admin": gettext_lazy("List and revoke everybody’s keys, and see what they used."),
}


@dataclass(frozen=True, slots=True)
class ShownKey:
    name: str
    prefix: str
    scopes: tuple[str, ...]
    """In words."""
    made: datetime
    last_used: datetime | None
    last_address: str | None
    expires: datetime | None
    ends: str
    """`soon`, `expired`, or empty."""
    limits: str
    """Its own ones, in a line."""
    used: str
    """This month, in a line; empty: nothing."""


def shown_keys(keys: Iterable[ApiKey]) -> list[ShownKey]:
    """Two queries more, however many they are."""
    rows = list(keys)
    used = used_this_month(rows)
    return [_shown(row, used.get(row.pk, Used())) for row in rows]


def used_this_month(keys: Collection[ApiKey]) -> dict[object, Used]:
    """By the key's id."""
    first, _last = month_of(timezone.localdate())
    rows = Spent.objects.filter(user__in={key.user_id for key in keys}, day__gte=first)
    sums: dict[object, Used] = {}
    for each in read_used(rows.filter(key__in=[key.pk for key in keys]), read_prices()):
        sums[each.key] = sums.get(each.key, Used()) + each.used
    return sums


def _shown(key: ApiKey, used: Used) -> ShownKey:
    return ShownKey(
        name=key.name,
        prefix=key.prefix,
        scopes=tuple(str(SCOPE_NAMES[scope]) for scope in SCOPES if scope in key.scopes),
        made=key.created,
        last_used=key.last_used,
        last_address=key.last_address,
        expires=key.expires,
        ends=_ends(key),
        limits=limits_in_words(key),
        used=used_in_words(used),
    )


def _ends(key: ApiKey) -> str:
    if key.expires is None:
        return ""
    left = key.expires - timezone.now()
    return "expired" if left <= timedelta() else "soon" if left <= SOON else ""


def limits_in_words(key: ApiKey) -> str:
    said = (
        (key.requests_per_minute, _("{number} requests a minute")),
        (key.streams, _("{number} replies at a time")),
        (key.sockets, _("{number} live connections at a time")),
        (key.tokens_per_day, _("{number} tokens a day")),
        (key.tokens_per_month, _("{number} tokens a month")),
        (key.cost_per_day, _("a cost of {number} a day")),
        (key.cost_per_month, _("a cost of {number} a month")),
        (key.message_chars, _("{number} characters a message")),
        (key.attachment_bytes, _("{number} bytes a file")),
    )
    return " · ".join(text.format(number=f"{number:,}") for number, text in said if number)


def used_in_words(used: Used) -> str:
    """`12 replies · 3,400 tokens · 0.12 USD`."""
    if not used.replies:
        return ""
    parts = [
        _("{number} replies").format(number=f"{used.replies:,}"),
        _("{number} tokens").format(number=f"{used.tokens:,}"),
    ]
    if used.cost:
        parts.append(money(used.cost))
    return " · ".join(parts)
