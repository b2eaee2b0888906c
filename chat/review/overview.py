"""A conversation in a few figures: by what and from where it was written, and what it took."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from chat.digest.costs import Money, Prices, added, cost_of_call, tokens_of
from chat.models import Completion, Flag


@dataclass(frozen=True, slots=True)
class Overview:
    """Of the whole conversation, all its branches."""

    completions: int
    models: tuple[str, ...]
    sources: tuple[str, ...]
    tokens_read: int
    tokens_written: int
    cost: Money
    unpriced: int
    """Calls that took tokens of a model that had no price then."""
    flags: int
    open_flags: int


def overview_of(conversation: UUID, prices: Prices) -> Overview:
    """Two queries. Not from its digest, which is some seconds behind."""
    rows = Completion.objects.filter(message__conversation=conversation).order_by("id")
    calls = list(rows.values_list("model", "source", "usage", "created"))
    flags = list(Flag.objects.filter(conversation=conversation).values_list("resolved", flat=True))
    tokens = [tokens_of(usage) for _model, _source, usage, _asked in calls]
    costs = [cost_of_call(prices, model, asked, usage) for model, _source, usage, asked in calls]
    return Overview(
        completions=len(calls),
        models=_different(model for model, _source, _usage, _asked in calls),
        sources=_different(source for _model, source, _usage, _asked in calls),
        tokens_read=sum(read for read, _written in tokens),
        tokens_written=sum(written for _read, written in tokens),
        cost=added(cost for cost in costs if cost),
        unpriced=costs.count(None),
        flags=len(flags),
        open_flags=flags.count(None),
    )


def _different(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
