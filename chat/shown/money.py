"""Amounts of money as pages write them."""

from decimal import Decimal

from chat.digest.costs import Money


def money(amounts: Money) -> str:
    """Each currency by itself; small sums with the digits that say something."""
    return " + ".join(f"{_amount(amount)} {currency}" for currency, amount in amounts.items())


def _amount(amount: Decimal) -> str:
    return f"{amount:,.2f}" if amount >= 1 or not amount else f"{amount:.4f}"
