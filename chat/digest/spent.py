"""What was used, by user, key, day and model: added to as each reply ends, in the transaction that ends it.
The same by address, where the site limits it.

Limits stand on it, so nothing that a user deletes, and no call that keeps nothing, takes anything from it.
Where a provider tells no usage (a reply that was cut off has none) tokens are reckoned from lengths: else
cutting off each reply shortly before its end would be a way around every limit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.signals import setting_changed
from django.db.models import QuerySet
from django.utils.timezone import localdate

from chat.digest.costs import Money, Prices, added, cost_of, tokens_of
from chat.digest.days import month_of
from chat.models import Spent, SpentFrom
from chat.models.limits import NO_KEY
from chat.quota import Quota
from chat.statements import Written, stored_key

BYTES_A_TOKEN: Final = 4
"""Of UTF-8: English has about four letters a token, Chinese about a token a character of three bytes."""
_SUMS: Final = ("day", "model", "replies", "prompt_tokens", "completion_tokens")
_ADD: Final = """
    INSERT INTO {table} ({columns}, day, model, replies, prompt_tokens, completion_tokens)
    SELECT {whose}, %(day)s, completion.model, 1,
        CASE WHEN %(known)s THEN %(read)s
            WHEN %(chars)s > completion.text_start + completion.reasoning_start
            THEN COALESCE(completion.reckoned, 0) ELSE 0 END,
        CASE WHEN %(known)s THEN %(written)s ELSE
            %(tokens)s * (%(chars)s - completion.text_start - completion.reasoning_start) / %(divisor)s END
    FROM {rows}
    WHERE completion.id = %(epoch)s AND {is_counted}
    ON CONFLICT ({columns}, day, model) DO UPDATE SET
        replies = {table}.replies + 1,
        prompt_tokens = {table}.prompt_tokens + excluded.prompt_tokens,
        completion_tokens = {table}.completion_tokens + excluded.completion_tokens
"""
_add_by_user: Final = Written(
    _ADD.format(
        table="chat_spent",
        columns="user_id, key",
        whose="conversation.owner_id, COALESCE(completion.key_id, %(no_key)s)",
        rows="""chat_completion completion
    JOIN chat_message message ON message.id = completion.message_id
    JOIN chat_conversation conversation ON conversation.id = message.conversation_id""",
        is_counted="TRUE",
    )
)
_add_from_place: Final = Written(
    _ADD.format(
        table="chat_spentfrom",
        columns="place",
        whose="completion.place",
        rows="chat_completion completion",
        is_counted="completion.place IS NOT NULL",
    )
)


def reckon(text: str) -> int:
    """About how many tokens a text has."""
    return -(-len(text.encode("utf-8", "surrogatepass")) // BYTES_A_TOKEN)


def reckon_all(messages: Iterable[Mapping[str, Any]]) -> int:
    """The same of what is sent to a model; pictures are not reckoned."""
    return sum(_reckon_part(message.get("content")) for message in messages)


def _reckon_part(content: Any) -> int:
    if isinstance(content, str):
        return reckon(content)
    if isinstance(content, list):
        return sum(reckon(part.get("text") or "") for part in content if isinstance(part, dict))
    return 0


def count_reply(epoch: UUID, usage: Any, text: str, reasoning: str) -> None:
    """Add what this call used, once, in the transaction that ends it. What brought nothing used nothing.

    Called while its row still tells from where it was asked.
    """
    read, written = tokens_of(usage)
    length = len(text) + len(reasoning)
    values = {
        "day": localdate(),
        "no_key": stored_key(NO_KEY),
        "known": bool(read or written),
        "read": read,
        "written": written,
        "tokens": reckon(text) + reckon(reasoning),
        "chars": length,
        "divisor": max(length, 1),
        "epoch": stored_key(epoch),
    }
    _add_by_user.send(values)
    if address_quota().spends:
        _add_from_place.send(values)


@cache
def address_quota() -> Quota:
    """What may be used from one address, whoever asks; nothing is counted by it where that says nothing."""
    return Quota(
        tokens_per_day=settings.CHAT_TOKENS_PER_DAY_PER_ADDRESS,
        tokens_per_month=settings.CHAT_TOKENS_PER_MONTH_PER_ADDRESS,
        cost_per_day=settings.CHAT_COST_PER_DAY_PER_ADDRESS,
        cost_per_month=settings.CHAT_COST_PER_MONTH_PER_ADDRESS,
    )


def _forget(**_: object) -> None:
    address_quota.cache_clear()


setting_changed.connect(_forget)  # as tests do


@dataclass(frozen=True, slots=True)
class Used:
    """Of some time."""

    replies: int = 0
    prompt: int = 0
    completion: int = 0
    cost: Money = field(default_factory=dict)

    @property
    def tokens(self) -> int:
        return self.prompt + self.completion

    def __add__(self, other: "Used") -> "Used":
        return Used(
            self.replies + other.replies,
            self.prompt + other.prompt,
            self.completion + other.completion,
            added((self.cost, other.cost)),
        )


@dataclass(frozen=True, slots=True)
class UsedOn:
    """What was used of one model on one day."""

    day: date
    used: Used


@dataclass(frozen=True, slots=True)
class UsedBy(UsedOn):
    """By one way."""

    user: int
    key: UUID | None


def read_used(rows: QuerySet[Spent], prices: Prices) -> list[UsedBy]:
    """One query; each day by its own prices."""
    return [
        UsedBy(day, _used(prices, day, *sums), user, None if key == NO_KEY else key)
        for user, key, day, *sums in rows.values_list("user_id", "key", *_SUMS)
    ]


def read_used_from(rows: QuerySet[SpentFrom], prices: Prices) -> list[UsedOn]:
    """The same."""
    return [UsedOn(day, _used(prices, day, *sums)) for day, *sums in rows.values_list(*_SUMS)]


def _used(prices: Prices, day: date, model: str, replies: int, read: int, written: int) -> Used:
    return Used(replies, read, written, cost_of(prices.on(model, day), read, written))


def since(user_id: int, first: date) -> QuerySet[Spent]:
    """Of a user, from that day on."""
    return Spent.objects.filter(user=user_id, day__gte=first)


def since_from(place: str, first: date) -> QuerySet[SpentFrom]:
    """From an address, of all users."""
    return SpentFrom.objects.filter(place=place, day__gte=first)


def forget_past_months() -> int:
    """Delete what no limit of an address asks for any more; how many rows they were."""
    first, _last = month_of(localdate())
    deleted, _ = SpentFrom.objects.filter(day__lt=first).delete()
    return deleted


def total(used: Iterable[UsedOn]) -> Used:
    whole = Used()
    for each in used:
        whole += each.used
    return whole
