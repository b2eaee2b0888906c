"""What a conversation cost stands among its facts on the desk, and beside each call to a model."""

import re
from datetime import timedelta

from admin.review_cases import BEGUN, browser, make_conversation, page_of
from django.contrib.auth.models import User

from chat.models import Price


def test_cost_is_told_by_the_price_of_the_day_of_the_whole_and_of_each_call(carol: User, alice: User) -> None:
    day = BEGUN.date()
    for days, price in ((-30, 1), (-1, 1000), (30, 9)):
        Price.objects.create(
            model="demo", since=day + timedelta(days=days), prompt=price, completion=2 * price, currency="EUR"
        )
    row = make_conversation(alice, pairs=2)
    facts = opened_facts(page_of(browser(carol), row))
    # Each reply: 7 tokens read at 1000, 11 written at 2000 for a million.
    assert facts["Cost"] == ["0.0290 EUR", "0.0290 EUR", "0.0580 EUR"]


def test_what_has_no_price_says_so_and_where_nothing_has_one_nothing_is_said(
    carol: User, alice: User
) -> None:
    row = make_conversation(alice)
    assert "Cost" not in opened_facts(page_of(browser(carol), row))
    Price.objects.create(model="another", since=BEGUN.date(), prompt=1, completion=1)
    facts = opened_facts(page_of(browser(carol), row))
    assert facts["Cost"] == ["its model has no price", "(1 reply without a price)"]


def opened_facts(page: str) -> dict[str, list[str]]:
    """Names and values of all lists of facts, in the order of the page."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", page, re.DOTALL):
        found.setdefault(name, []).append(re.sub(r"<[^>]+>", "", value).strip())
    return found
