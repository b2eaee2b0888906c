"""Whether somebody may ask now: replies that run, tokens and costs.

Asked in the transaction that asks, so that all processes share it. What joins an earlier call never comes
here, and what runs is never touched.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import ceil

from django.contrib.auth.models import User
from django.db.models import IntegerField
from django.utils import timezone

from chat.actions.new_reply import Origin
from chat.digest.costs import Prices, read_prices
from chat.digest.days import month_of
from chat.digest.spent import Used, UsedOn, read_used, read_used_from, since, since_from, total
from chat.errors import TooMany
from chat.models import Completion, Message
from chat.models.status import Status
from chat.quota import NOTHING_SAID, Allowance, Quota
from chat.statements import Param, Select

NO_PRICES = Prices({})
_USER = Param("user", IntegerField())
_lock_user = Select(lambda: User.objects.select_for_update(no_key=True).filter(pk=_USER).values_list("pk"))
_running = Select(
    lambda: Message.objects.filter(conversation__owner_id=_USER, status=Status.STREAMING).values_list("pk")
)


def refuse_beyond_quota(origin: Origin) -> None:
    """Raises `TooMany` where the user, the key or the address has no more to use."""
    _refuse_too_many_running(origin)
    if origin.quota.spends or origin.key_quota.spends or origin.place is not None:
        _refuse_what_is_used_up(origin)


def _refuse_too_many_running(origin: Origin) -> None:
    most, of_key = origin.quota.streams, origin.key_quota.streams
    if not most and not of_key:
        return
    # They take turns: two that count at the same time would both find room for the last one.
    _lock_user.rows(user=origin.user_id)
    if most:
        running = len(_running.rows(user=origin.user_id))
        if running >= most:
            raise _too_many_streams(f"{running} of your replies are running; the limit is {most}.")
    if of_key and origin.key is not None:
        running = Completion.objects.filter(key=origin.key, status=Status.STREAMING).count()
        if running >= of_key:
            raise _too_many_streams(f"{running} replies of this API key are running; the limit is {of_key}.")


def _too_many_streams(what: str) -> TooMany:
    return TooMany(f"{what} Stop one, or wait until one has ended.", code="too_many_streams", retry_after=1)


def _refuse_what_is_used_up(origin: Origin) -> None:
    now = timezone.localtime()
    today = now.date()
    first, last = month_of(today)
    place_quota = origin.place_quota if origin.place is not None else NOTHING_SAID
    costs = origin.quota.costs or origin.key_quota.costs or place_quota.costs
    prices = read_prices() if costs else NO_PRICES
    limited: list[tuple[Quota, Sequence[UsedOn], str]] = []
    if origin.quota.spends or origin.key_quota.spends:
        used = read_used(since(origin.user_id, first), prices)
        of_key = [each for each in used if each.key == origin.key] if origin.key is not None else []
        limited += [(origin.quota, used, "You have"), (origin.key_quota, of_key, "This API key has")]
    if origin.place is not None:
        from_there = read_used_from(since_from(origin.place, first), prices)
        limited.append((place_quota, from_there, "Your address has"))
    tomorrow = _until(now, today)
    next_month = _until(now, last)
    left: list[Allowance] = []
    refusals: list[TooMany] = []
    for quota, mine, whose in limited:
        _look(quota, mine, whose, today, tomorrow, next_month, left=left, refusals=refusals)
    if left:  # told to who is refused, too
        origin.tell_tokens(min(left, key=lambda allowance: allowance.remaining))
    if refusals:
        raise max(refusals, key=lambda refusal: refusal.retry_after or 0)


def _look(
    quota: Quota,
    used: Sequence[UsedOn],
    whose: str,
    today: date,
    tomorrow: float,
    next_month: float,
    *,
    left: list[Allowance],
    refusals: list[TooMany],
) -> None:
    """Add what is left of the tokens, and what is used up."""
    month, day = total(used), total(each for each in used if each.day == today)
    for spent, tokens, cost, when, until in (
        (day, quota.tokens_per_day, quota.cost_per_day, "today", tomorrow),
        (month, quota.tokens_per_month, quota.cost_per_month, "this month", next_month),
    ):
        if tokens:
            left.append(Allowance(tokens, max(tokens - spent.tokens, 0), until))
            if spent.tokens >= tokens:
                said = f"{whose} used {spent.tokens} of {tokens} tokens {when}. {_again(until)}"
                refusals.append(TooMany(said, code="tokens_used_up", retry_after=until))
        if cost and (over := _over(spent, cost)):
            said = f"{whose} used {over} of {cost} {when}. {_again(until)}"
            refusals.append(TooMany(said, code="budget_used_up", retry_after=until))


def _over(spent: Used, most: Decimal) -> str:
    """The cost in the currency of which there was too much; each counts by itself."""
    return next((f"{amount:.2f} {currency}" for currency, amount in spent.cost.items() if amount >= most), "")


def _until(now: datetime, day: date) -> float:
    """Seconds until that day is over, where the site is."""
    over = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
    return max((over - now).total_seconds(), 1)


def _again(seconds: float) -> str:
    hours = ceil(seconds / 3600)
    if hours <= 48:
        return f"There is more in {hours} h."
    return f"There is more in {ceil(hours / 24)} days."
