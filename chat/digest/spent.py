"""What was used, by user, key, day and model: added to as each reply ends, in the transaction that ends it.

Limits stand on it, so nothing that a user deletes, and no call that keeps nothing, takes anything from it.
Where a provider tells no usage (a reply that was cut off has none) tokens are reckoned from lengths: else
cutting off each reply shortly before its end would be a way around every limit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.timezone import localdate

from chat.digest.costs import Money, Prices, added, cost_of, tokens_of
from chat.models import Completion, Spent
from chat.models.limits import NO_KEY

BYTES_A_TOKEN: Final = 4
"""Of UTF-8: English has about four letters a token, Chinese about a token a character of three bytes."""
_ADD: Final = """
    INSERT INTO chat_spent (user_id, day, key, model, replies, prompt_tokens, completion_tokens)
    SELECT conversation.owner_id, %(day)s, COALESCE(completion.key_id, %(no_key)s), completion.model, 1,
        CASE WHEN %(known)s THEN %(read)s
            WHEN %(chars)s > completion.text_start + completion.reasoning_start
            THEN COALESCE(completion.reckoned, 0) ELSE 0 END,
        CASE WHEN %(known)s THEN %(written)s ELSE
            %(tokens)s * (%(chars)s - completion.text_start - completion.reasoning_start) / %(divisor)s END
    FROM chat_completion completion
    JOIN chat_message message ON message.id = completion.message_id
    JOIN chat_conversation conversation ON conversation.id = message.conversation_id
    WHERE completion.id = %(epoch)s
    ON CONFLICT (user_id, day, key, model) DO UPDATE SET
        replies = chat_spent.replies + 1,
        prompt_tokens = chat_spent.prompt_tokens + excluded.prompt_tokens,
        completion_tokens = chat_spent.completion_tokens + excluded.completion_tokens
"""


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
    """Add what this call used, once, in the transaction that ended it. What brought nothing used nothing."""
    read, written = tokens_of(usage)
    length = len(text) + len(reasoning)
    to_stored = Completion._meta.pk.get_db_prep_value
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD,
            {
                "day": localdate(),
                "no_key": to_stored(NO_KEY, connection),
                "known": bool(read or written),
                "read": read,
                "written": written,
                "tokens": reckon(text) + reckon(reasoning),
                "chars": length,
                "divisor": max(length, 1),
                "epoch": to_stored(epoch, connection),
            },
        )


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
    """What was used of one model by one way on one day."""

    user: int
    day: date
    key: UUID | None
    used: Used


def read_used(rows: QuerySet[Spent], prices: Prices) -> list[UsedOn]:
    """One query; each day by its own prices."""
    names = ("user_id", "day", "key", "model", "replies", "prompt_tokens", "completion_tokens")
    return [
        UsedOn(
            user,
            day,
            None if key == NO_KEY else key,
            Used(replies, read, written, cost_of(prices.on(model, day), read, written)),
        )
        for user, day, key, model, replies, read, written in rows.values_list(*names)
    ]


def since(user_id: int, first: date) -> QuerySet[Spent]:
    """Of a user, from that day on."""
    return Spent.objects.filter(user=user_id, day__gte=first)


def total(used: Iterable[UsedOn]) -> Used:
    whole = Used()
    for each in used:
        whole += each.used
    return whole
