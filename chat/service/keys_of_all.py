"""API keys of all users, and what was used: for programs of administrators with the permissions.

Of users whose groups are exempt from review it is not told what they used: as in the figures of the desk.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Sum
from django.utils.timezone import localdate

from chat.access.descriptions import timestamp
from chat.audit import Actor
from chat.auth.caller import Caller
from chat.auth.keys import revoke_keys
from chat.database import in_database, reading
from chat.digest.costs import as_texts, cost_of, read_prices
from chat.digest.spent import Used
from chat.errors import BadRequest, Forbidden, NotFound
from chat.models import ApiKey, Spent
from chat.models.limits import NO_KEY
from chat.quota import QUOTA_FIELDS
from chat.review.scope import exempt_users
from chat.scopes import scopes_text
from chat.shown.keys import used_this_month

PAGE: Final = 100
MOST_DAYS: Final = 366
BY: Final = ("user", "key", "model")


async def list_keys(caller: Caller, *, user: str | None, cursor: str | None) -> dict[str, Any]:
    """Of everybody, or of one; the newest first, revoked ones too."""

    def listed() -> dict[str, Any]:
        _admit(caller, "chat.view_apikey")
        rows = ApiKey.objects.select_related("user").order_by("-id")
        if user is not None:
            rows = rows.filter(user__username=user)
        if cursor is not None:
            rows = rows.filter(id__lt=_place(cursor))
        found = list(rows[: PAGE + 1])
        keys, exempt = found[:PAGE], exempt_users()
        used = used_this_month([key for key in keys if key.user_id not in exempt])
        return {
            "results": [
                _described(key, None if key.user_id in exempt else used.get(key.pk, Used())) for key in keys
            ],
            "next": str(keys[-1].pk) if len(found) > PAGE else None,
        }

    return await reading(listed)


def _place(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError as error:
        raise BadRequest("This cursor is not one that a list gave out.", param="cursor") from error


async def revoke_keys_of_anybody(caller: Caller, prefix: str) -> None:
    """Those with this prefix. Raises `NotFound` where there is none in use."""

    def revoke() -> None:
        _admit(caller, "chat.change_apikey")
        if not revoke_keys(Actor(caller.user_id, "api"), ApiKey.objects.filter(prefix=prefix[:12])):
            raise NotFound("No key in use has this prefix.")

    await in_database(revoke)


async def read_usage(caller: Caller, by: str | None, first: str | None, last: str | None) -> dict[str, Any]:
    """What was used from one day to another, by user, key or model; the most tokens first."""
    wanted = by or "user"
    if wanted not in BY:
        raise BadRequest(f"by is one of: {', '.join(BY)}.", param="by")
    until = _day(last, "to") or localdate()
    since = _day(first, "from") or until.replace(day=1)
    if not timedelta() <= until - since < timedelta(days=MOST_DAYS):
        raise BadRequest(f"From and to are at most {MOST_DAYS} days apart, in this order.", param="from")

    def read() -> dict[str, Any]:
        _admit(caller, "chat.view_apikey")
        sums = _sums(wanted, since, until)
        largest = sorted(sums.items(), key=lambda each: (-each[1].tokens, str(each[0])))
        return {
            "from": since.isoformat(),
            "to": until.isoformat(),
            "results": [{wanted: name, **_as_json(used)} for name, used in largest],
        }

    return await reading(read)


def _sums(by: str, first: date, last: date) -> dict[str | None, Used]:
    """By name, each day by its own prices: a query for each time in which they stayed the same."""
    prices = read_prices()
    begins = [first, *prices.changes(first, last)]
    ends = [*(begin - timedelta(days=1) for begin in begins[1:]), last]
    sums: dict[Any, Used] = {}
    for begin, end in zip(begins, ends, strict=True):
        rows = Spent.objects.filter(day__gte=begin, day__lte=end).order_by()
        amounts = (Sum("replies"), Sum("prompt_tokens"), Sum("completion_tokens"))
        for key, model, replies, read, written in rows.values_list(by, "model").annotate(*amounts):
            used = Used(replies, read, written, cost_of(prices.on(model, begin), read, written))
            sums[key] = sums.get(key, Used()) + used
    names = _names(by, sums)
    named: dict[str | None, Used] = {}
    for key, used in sums.items():
        named[names.get(key)] = named.get(names.get(key), Used()) + used
    return named


def _names(by: str, keys: Iterable[Any]) -> dict[Any, str]:
    """What is not in it has none: exempt users, what was asked on pages, keys that are gone."""
    if by == "user":
        users = User.objects.filter(pk__in=list(keys)).exclude(pk__in=exempt_users())
        return dict(users.values_list("pk", "username"))
    if by == "key":
        known = ApiKey.objects.filter(pk__in=[key for key in keys if key != NO_KEY])
        return dict(known.exclude(user__in=exempt_users()).values_list("pk", "prefix"))
    return {key: key for key in keys}


def _admit(caller: Caller, permission: str) -> None:
    user = User.objects.filter(pk=caller.user_id, is_active=True, is_staff=True).first()
    if user is None or not user.has_perm(permission):
        raise Forbidden("Your account may not administer keys.", code="not_an_administrator")


def _described(key: ApiKey, used: Used | None) -> dict[str, Any]:
    return {
        "user": key.user.get_username(),
        "name": key.name,
        "prefix": key.prefix,
        "scopes": scopes_text(key.scopes).split(),
        "created": timestamp(key.created),
        "expires": timestamp(key.expires),
        "revoked": timestamp(key.revoked),
        "last_used": timestamp(key.last_used),
        "last_address": key.last_address,
        "limits": {
            name: str(limit) if isinstance(limit, Decimal) else limit
            for name, limit in ((name, getattr(key, name)) for name in QUOTA_FIELDS)
        },
        "used_this_month": None if used is None else _as_json(used),
    }


def _as_json(used: Used) -> dict[str, Any]:
    return {
        "replies": used.replies,
        "tokens_read": used.prompt,
        "tokens_written": used.completion,
        "cost": as_texts(used.cost),
    }


def _day(text: str | None, name: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"{name} is a day such as 2026-01-31.", param=name) from None
