"""A filter is the same after a journey through an address; what is wrong in one is said where it stands."""

from datetime import date

import pytest
from django.contrib.auth.models import Group, User
from django.http import QueryDict

from chat.models import Label
from chat.review.filter_form import BadFilter, FilterForm, read_filter
from chat.review.filters import Filter


def test_a_filter_comes_back_from_its_query(alice: User) -> None:
    said = Filter(
        q='marmot "two words" 天气 & % +',
        user="alice",
        group=Group.objects.create(name="Sales").pk,
        model="small/2",
        status=("failed", "stopped"),
        cause="upstream_timeout",
        finish=("length", "other"),
        source=("api", "openai"),
        rating="down",
        comment=True,
        flagged="open",
        verdict="none",
        label=Label.objects.create(name="Odd").pk,
        assignee="me",
        escalated=True,
        length_from=0,
        length_to=10,
        tokens_from=1,
        tokens_to=2,
        date_from=date(2025, 1, 31),
        date_to=date(2025, 2, 1),
        sort="ranked",
    )
    assert read_filter(said.query()) == said
    assert said.conditions() == 21
    assert said.without("status").status == ()
    assert read_filter("") == Filter()
    assert Filter().query() == ""


def test_what_is_of_no_filter_is_left_aside(db: None) -> None:
    assert read_filter("in=list&after=x&status=failed") == Filter(status=("failed",))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("user=nobody-here", "user"),
        ("assignee=nobody-here", "assignee"),
        ("group=99", "group"),
        ("group=x", "group"),
        ("label=99999999999999999999999", "label"),
        ("status=odd", "status"),
        ("finish=odd", "finish"),
        ("source=odd", "source"),
        ("rating=2", "rating"),
        ("flagged=yes", "flagged"),
        ("verdict=good", "verdict"),
        ("length_from=-1", "length_from"),
        ("tokens_to=99999999999999999999999999", "tokens_to"),
        ("date_from=yesterday", "date_from"),
        ("date_to=2025-02-30", "date_to"),
        ("sort=x", "sort"),
        ("q=a+b+c+d+e+f+g+h+i+j+k", "q"),
        ("model=%00", "model"),
        ("user=%00", "user"),
        ("user=" + "x" * 200, "user"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(db: None, query: str, field: str) -> None:
    form = FilterForm(QueryDict(query))
    assert form.filter() is None
    assert list(form.errors) == [field]
    with pytest.raises(BadFilter):
        read_filter(query)
