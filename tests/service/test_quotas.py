"""What was used is counted once, by user and key, whatever becomes of it; past a quota nothing new begins."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.actions.again import continue_
from chat.actions.ask import Question, ask
from chat.actions.finish import Outcome, finish, finish_as_saved
from chat.actions.idempotency import Claim
from chat.actions.new_reply import Chosen, NewReply, Origin
from chat.auth.keys import create_key
from chat.digest.days import month_of
from chat.digest.spent import reckon
from chat.errors import TooMany
from chat.models import Completion, Conversation, Price, Server, Spent
from chat.models.limits import NO_KEY
from chat.quota import Allowance, Quota

USAGE = {"prompt_tokens": 60, "completion_tokens": 40}
Asks = Callable[..., Origin]


@pytest.fixture
def asks(alice: User) -> Asks:
    """Alice, as she asks; with whatever quota."""
    server = Server.objects.create(id=uuid4(), name="one").id

    def origin(**more: Any) -> Origin:
        return Origin(alice.pk, server, "", lambda name, params: Chosen("m", "c"), **more)

    return origin


def begin(origin: Origin, **question: Any) -> NewReply:
    new = ask(origin, Question("How high is it?", **question))
    assert isinstance(new, NewReply)
    return new


def use(origin: Origin, usage: dict[str, int] | None = None, text: str = "High.") -> NewReply:
    new = begin(origin)
    finish(new.reply, new.epochs[-1].id, Outcome("complete", text, "", usage=usage or USAGE))
    return new


def test_each_reply_is_counted_once_by_its_user_key_day_and_model(asks: Asks, alice: User) -> None:
    key = create_key(alice)[0].pk
    for origin in (asks(), asks(), asks(key=key)):
        use(origin)
    rows = Spent.objects.order_by("replies").values_list("key", "day", "replies", "prompt_tokens")
    today = timezone.localdate()
    assert list(rows) == [(key, today, 1, 60), (NO_KEY, today, 2, 120)]
    assert Completion.objects.filter(key=key).count() == 1


def test_an_end_that_came_second_is_not_counted_again(asks: Asks) -> None:
    new = use(asks())
    finish(new.reply, new.epochs[-1].id, Outcome("complete", "High.", "", usage=USAGE))
    assert not finish_as_saved(new.epochs[-1].id, "interrupted")
    assert Spent.objects.get().replies == 1


def test_what_was_cut_off_is_reckoned_from_its_length(asks: Asks) -> None:
    new = begin(asks())
    finish(new.reply, new.epochs[-1].id, Outcome("stopped", "山" * 40, "b" * 40))
    spent = Spent.objects.get()
    assert (spent.prompt_tokens, spent.completion_tokens) == (reckon("How high is it?"), 40)


def test_a_continuation_is_reckoned_without_what_was_there(asks: Asks) -> None:
    new = begin(asks())
    finish(new.reply, new.epochs[-1].id, Outcome("stopped", "a" * 400, ""))
    before = Spent.objects.get().completion_tokens
    more = continue_(asks(), str(new.reply), None, None)
    assert isinstance(more, NewReply)
    finish(more.reply, more.epochs[-1].id, Outcome("stopped", "a" * 480, ""))
    assert (before, Spent.objects.get().completion_tokens - before) == (100, 20)


def test_what_brought_nothing_used_nothing(asks: Asks) -> None:
    new = begin(asks())
    finish(new.reply, new.epochs[-1].id, Outcome("failed", "", "", error={"code": "upstream_failed"}))
    spent = Spent.objects.get()
    assert (spent.replies, spent.prompt_tokens, spent.completion_tokens) == (1, 0, 0)


def test_deleting_gives_nothing_back(asks: Asks) -> None:
    use(asks())
    Conversation.objects.all().delete()
    assert Spent.objects.get().prompt_tokens == 60


@pytest.mark.parametrize(
    ("quota", "code"),
    [
        (Quota(tokens_per_day=200), "tokens_used_up"),
        (Quota(tokens_per_month=200), "tokens_used_up"),
        (Quota(cost_per_day=Decimal("4")), "budget_used_up"),
        (Quota(cost_per_month=Decimal("4")), "budget_used_up"),
    ],
)
def test_past_the_quota_nothing_new_begins_and_what_runs_goes_on(asks: Asks, quota: Quota, code: str) -> None:
    Price.objects.create(model="m", since="2026-01-01", prompt=20_000, completion=20_000)
    origin = asks(quota=quota)
    running = begin(origin)
    use(origin)
    use(origin)
    with pytest.raises(TooMany) as refused:
        begin(origin)
    assert refused.value.code == code
    assert refused.value.retry_after is not None
    longest = timedelta(days=1) if quota.tokens_per_day or quota.cost_per_day else timedelta(days=31)
    assert 0 < refused.value.retry_after <= longest.total_seconds()
    told = finish(running.reply, running.epochs[-1].id, Outcome("complete", "High.", "", usage=USAGE))
    assert told.status == "complete"
    # Others are not touched by it, and nothing of the refused call is there.
    assert Conversation.objects.count() == 3
    assert Completion.objects.filter(status="streaming").count() == 0


def test_a_retry_joins_although_all_is_used_up(asks: Asks) -> None:
    origin = asks(quota=Quota(tokens_per_day=100))
    claim = Claim("k", "chat", "h")
    first = ask(origin, Question("How high?"), claim)
    assert isinstance(first, NewReply)
    finish(first.reply, first.epochs[-1].id, Outcome("complete", "High.", "", usage=USAGE))
    assert ask(origin, Question("How high?"), claim) == first.reply
    with pytest.raises(TooMany):
        ask(origin, Question("How high?"), Claim("another", "chat", "h"))


def test_yesterday_and_last_month_count_no_more(asks: Asks, alice: User) -> None:
    use(asks())
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)
    Spent.objects.update(day=yesterday)
    begin(asks(quota=Quota(tokens_per_day=50)))
    if yesterday.month == today.month:
        with pytest.raises(TooMany):
            begin(asks(quota=Quota(tokens_per_month=50)))
    Spent.objects.update(day=today.replace(day=1) - timedelta(days=1))
    begin(asks(quota=Quota(tokens_per_month=50)))


def test_a_keys_quota_counts_what_came_by_it_alone(asks: Asks, alice: User) -> None:
    key, other = (create_key(alice)[0].pk for _ in range(2))
    little = Quota(tokens_per_day=100)
    use(asks())
    use(asks(key=other, key_quota=little))
    use(asks(key=key, key_quota=little))
    with pytest.raises(TooMany, match="This API key has used 100 of 100 tokens today"):
        begin(asks(key=key, key_quota=little))
    begin(asks())


def test_a_key_has_months_of_tokens_and_days_of_cost(asks: Asks, alice: User) -> None:
    Price.objects.create(model="m", since="2026-01-01", prompt=20_000, completion=20_000)
    key = create_key(alice)[0].pk
    use(asks(key=key))
    use(asks())  # of another way: it counts for the user alone
    Spent.objects.filter(key=key).update(day=timezone.localdate().replace(day=1))
    month = Quota(tokens_per_month=100)
    with pytest.raises(TooMany, match="This API key has used 100 of 100 tokens this month"):
        begin(asks(key=key, key_quota=month))
    begin(asks(key=key, key_quota=Quota(tokens_per_month=101)))
    Spent.objects.filter(key=key).update(day=timezone.localdate())
    with pytest.raises(TooMany, match=r"This API key has used 2\.00 USD of 2 today"):
        begin(asks(key=key, key_quota=Quota(cost_per_day=Decimal(2))))
    Spent.objects.filter(key=key).update(day=timezone.localdate() - timedelta(days=40))
    begin(asks(key=key, key_quota=Quota(tokens_per_month=1, cost_per_day=Decimal("0.01"))))


def test_a_keys_replies_at_a_time_are_its_own(asks: Asks, alice: User) -> None:
    key = create_key(alice)[0].pk
    one = Quota(streams=1)
    begin(asks())
    begin(asks(key=key, key_quota=one))
    with pytest.raises(TooMany, match="replies of this API key"):
        begin(asks(key=key, key_quota=one))
    begin(asks(quota=Quota(streams=3)))
    with pytest.raises(TooMany, match="3 of your replies"):
        begin(asks(quota=Quota(streams=3)))


def test_the_least_that_is_left_is_told(asks: Asks, alice: User) -> None:
    told: list[Allowance] = []
    key = create_key(alice)[0].pk
    quotas = {
        "quota": Quota(tokens_per_day=150, tokens_per_month=900),
        "key_quota": Quota(tokens_per_day=500),
    }
    use(asks(key=key))
    begin(asks(key=key, tell_tokens=told.append, **quotas))
    assert [(left.limit, left.remaining) for left in told] == [(150, 50)]
    quotas["key_quota"] = Quota(tokens_per_month=120)
    begin(asks(key=key, tell_tokens=told.append, **quotas))
    assert (told[-1].limit, told[-1].remaining) == (120, 20)
    with pytest.raises(TooMany):
        begin(asks(key=key, tell_tokens=told.append, quota=Quota(tokens_per_day=100)))
    assert (told[-1].limit, told[-1].remaining) == (100, 0)


def test_who_is_over_several_quotas_is_told_the_longest_wait(asks: Asks) -> None:
    use(asks())
    with pytest.raises(TooMany) as refused:
        begin(asks(quota=Quota(tokens_per_day=1, tokens_per_month=1)))
    today = timezone.localdate()
    days = (month_of(today)[1] - today).days
    assert refused.value.retry_after is not None
    assert days <= refused.value.retry_after / 86400 <= days + 1


def test_a_quota_costs_one_query_and_another_for_prices(asks: Asks) -> None:
    use(asks())

    def queries(quota: Quota) -> int:
        with CaptureQueriesContext(connection) as asking:
            begin(asks(quota=quota))
        return len(asking)

    without = queries(Quota(tokens_per_day=0))
    assert queries(Quota(tokens_per_day=10_000, tokens_per_month=10_000)) == without + 1
    assert queries(Quota(tokens_per_day=10_000, cost_per_month=Decimal(9))) == without + 2


def test_a_key_that_is_deleted_leaves_what_it_asked(asks: Asks, alice: User) -> None:
    key = create_key(alice)[0]
    use(asks(key=key.pk))
    key.delete()
    assert Completion.objects.get().key is None
    assert Spent.objects.count() == 1
