"""What tokens cost: by the price of the model that was valid on the day. Currencies are never added up."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.utils.timezone import localtime

from chat.models import Price

MILLION: Final = Decimal(1_000_000)

Money = dict[str, Decimal]
"""Amounts by currency."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A price as a plain value: of a million tokens."""

    since: date
    prompt: Decimal
    completion: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Prices:
    """Of each model its rates, oldest first."""

    rates: Mapping[str, list[Rate]]

    def on(self, model: str, day: date) -> Rate | None:
        """None: nobody said what this model cost on that day."""
        rates = self.rates.get(model, [])
        place = bisect_right(rates, day, key=lambda rate: rate.since)
        return rates[place - 1] if place else None

    def changes(self, start: date, end: date) -> list[date]:
        """The days after `start` and up to `end` on which some price changed."""
        days = {rate.since for rates in self.rates.values() for rate in rates}
        return sorted(day for day in days if start < day <= end)


def read_prices() -> Prices:
    """All of them, in one query: they are few."""
    rates: dict[str, list[Rate]] = {}
    for row in Price.objects.order_by("model", "since"):
        rate = Rate(row.since, row.prompt, row.completion, row.currency)
        rates.setdefault(row.model, []).append(rate)
    return Prices(rates)


def cost_of(rate: Rate | None, prompt_tokens: int, completion_tokens: int) -> Money:
    """Empty where the price is not known."""
    if rate is None:
        return {}
    amount = (prompt_tokens * rate.prompt + completion_tokens * rate.completion) / MILLION
    return {rate.currency: amount}


def tokens_of(usage: Any) -> tuple[int, int]:
    """Read and written, of what a provider said; what is no count is none."""
    said = usage if isinstance(usage, dict) else {}
    read, written = (said.get(name) for name in ("prompt_tokens", "completion_tokens"))
    return _count(read), _count(written)


def _count(tokens: Any) -> int:
    return tokens if isinstance(tokens, int) and tokens > 0 else 0


def cost_of_call(prices: Prices, model: str, asked: datetime, usage: Any) -> Money | None:
    """Of one call. None: no price is known for its tokens. Empty: it took none, or there are no prices."""
    read, written = tokens_of(usage)
    if not (read or written) or not prices.rates:
        return {}
    rate = prices.on(model, localtime(asked).date())
    return None if rate is None else cost_of(rate, read, written)


def as_texts(amounts: Money) -> dict[str, str]:
    """For JSON, whose numbers are no amounts."""
    return {currency: f"{amount.normalize():f}" for currency, amount in amounts.items()}


def added(sums: Iterable[Money]) -> Money:
    """Each currency by itself."""
    total: Money = {}
    for money in sums:
        for currency, amount in money.items():
            total[currency] = total.get(currency, Decimal(0)) + amount
    return dict(sorted(total.items()))
