"""What is used from an address is shared by all who ask there; nothing tells later who asked from where."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from chat import limits
from chat.actions import liveness
from chat.actions.again import continue_, regenerate
from chat.actions.ask import Question, ask
from chat.actions.finish import Outcome, finish, finish_as_saved
from chat.actions.idempotency import Claim
from chat.actions.new_reply import Chosen, NewReply, Origin
from chat.actions.stop import stop
from chat.digest.spent import address_quota, forget_past_months
from chat.errors import TooMany
from chat.models import Completion, Price, Server, Spent, SpentFrom
from chat.quota import Allowance, Quota

USAGE = {"prompt_tokens": 60, "completion_tokens": 40}
SCHOOL, HOME = "203.0.113.7", "198.51.100.1"
SUMS = ("day", "model", "replies", "prompt_tokens", "completion_tokens")
NAMES = [f"CHAT_{what}_PER_{time}_PER_ADDRESS" for what in ("TOKENS", "COST") for time in ("DAY", "MONTH")]


@pytest.fixture(autouse=True)
def limited(settings: Settings) -> Settings:
    """More than a test uses, unless it says otherwise."""
    settings.CHAT_TOKENS_PER_MONTH_PER_ADDRESS = 100_000
    return settings


@pytest.fixture
def server(db: None) -> UUID:
    return Server.objects.create(id=uuid4(), name="one", beat=1).id


Asks = Callable[..., Origin]


@pytest.fixture
def asks(server: UUID) -> Asks:
    """Somebody who asks from somewhere."""

    def origin(user: User, address: str | None = SCHOOL, **more: Any) -> Origin:
        return Origin(
            user.pk,
            server,
            "",
            lambda name, params: Chosen("m", "c"),
            place=limits.place_of(address),
            place_quota=address_quota(),
            **more,
        )

    return origin


def begin(origin: Origin) -> NewReply:
    new = ask(origin, Question("How high is it?"))
    assert isinstance(new, NewReply)
    return new


def end(new: NewReply, text: str = "High.", usage: dict[str, int] | None = USAGE) -> None:
    finish(new.reply, new.epochs[-1].id, Outcome("complete", text, "", usage=usage))


def use(origin: Origin) -> NewReply:
    new = begin(origin)
    end(new)
    return new


def test_what_two_users_use_from_one_address_is_one_sum(asks: Asks, alice: User, bob: User) -> None:
    for origin in (asks(alice), asks(bob), asks(bob, HOME), asks(bob, None)):
        use(origin)
    sums = {
        row.place: (row.replies, row.prompt_tokens, row.completion_tokens) for row in SpentFrom.objects.all()
    }
    assert sums == {limits.place_of(SCHOOL): (2, 120, 80), limits.place_of(HOME): (1, 60, 40)}
    assert Spent.objects.get(user=bob).replies == 3


@pytest.mark.parametrize("name", NAMES)
def test_who_used_nothing_is_refused_where_others_used_all_that_there_was(
    asks: Asks, alice: User, bob: User, limited: Settings, name: str
) -> None:
    Price.objects.create(model="m", since="2026-01-01", prompt=20_000, completion=20_000)
    limited.CHAT_TOKENS_PER_MONTH_PER_ADDRESS = 0
    setattr(limited, name, Decimal(4) if "COST" in name else 200)
    running = begin(asks(bob))
    use(asks(alice))
    use(asks(alice))
    with pytest.raises(TooMany, match="Your address has used") as refused:
        begin(asks(bob))
    assert refused.value.code == ("budget_used_up" if "COST" in name else "tokens_used_up")
    assert refused.value.retry_after is not None
    longest = timedelta(days=1) if "DAY" in name else timedelta(days=31)
    assert 0 < refused.value.retry_after <= longest.total_seconds()
    end(running)  # what runs goes on
    assert SpentFrom.objects.get().replies == 3
    use(asks(bob, HOME))
    use(asks(alice, None))  # over a Unix socket: nobody knows from where


def test_regenerating_and_continuing_are_refused_and_counted_too(
    asks: Asks, alice: User, limited: Settings
) -> None:
    new = begin(asks(alice))
    finish(new.reply, new.epochs[-1].id, Outcome("stopped", "Hi", "", usage=USAGE))
    more = continue_(asks(alice, HOME), str(new.reply), None, None)
    assert isinstance(more, NewReply)
    end(more, "High.")
    again = regenerate(asks(alice, HOME), str(new.reply), None, None)
    assert isinstance(again, NewReply)
    finish(again.reply, again.epochs[-1].id, Outcome("stopped", "Hi", "", usage=USAGE))
    assert SpentFrom.objects.get(place=limits.place_of(HOME)).replies == 2
    limited.CHAT_TOKENS_PER_DAY_PER_ADDRESS = 200
    for refused in (continue_, regenerate):
        with pytest.raises(TooMany):
            refused(asks(alice, HOME), str(again.reply), None, None)


def test_what_was_cut_off_is_reckoned_as_it_is_for_its_user(asks: Asks, alice: User) -> None:
    new = begin(asks(alice))
    finish(new.reply, new.epochs[-1].id, Outcome("stopped", "山" * 40, "b" * 40))
    assert SpentFrom.objects.values_list(*SUMS).get() == Spent.objects.values_list(*SUMS).get()
    assert SpentFrom.objects.get().completion_tokens == 40


@pytest.mark.parametrize("way", ["told", "stopped by its row", "left by a dead process"])
def test_a_reply_says_from_where_it_was_asked_only_while_it_runs_and_is_counted_once(
    asks: Asks, alice: User, server: UUID, way: str
) -> None:
    new = begin(asks(alice))
    assert Completion.objects.get().place == limits.place_of(SCHOOL)
    if way == "told":
        end(new)
    elif way == "stopped by its row":
        assert stop(alice.pk, new.reply)
    else:
        assert liveness.interrupt(new.epochs[-1].id, server, 1)
    end(new)  # whoever comes second re-reads it
    assert not finish_as_saved(new.epochs[-1].id, "interrupted")
    assert Completion.objects.get().place is None
    assert SpentFrom.objects.get().replies == 1


def test_where_nothing_of_an_address_is_limited_nothing_of_it_is_kept(
    asks: Asks, alice: User, limited: Settings
) -> None:
    asked_before = begin(asks(alice))
    limited.CHAT_TOKENS_PER_MONTH_PER_ADDRESS = 0
    assert asks(alice).place is None
    begin(asks(alice))
    assert Completion.objects.filter(place=None).count() == 1
    end(asked_before)  # by a process that no longer limits it
    assert Completion.objects.filter(place=None).count() == 2
    assert SpentFrom.objects.count() == 0


def test_it_costs_a_query_more_to_ask_and_one_to_end_and_none_where_there_is_no_limit(
    asks: Asks, alice: User, limited: Settings
) -> None:
    use(asks(alice))

    def queries() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as asking:
            new = begin(asks(alice))
        with CaptureQueriesContext(connection) as ending:
            end(new)
        return len(asking), len(ending)

    limited.CHAT_TOKENS_PER_MONTH_PER_ADDRESS = 0
    asking, ending = queries()
    assert "spentfrom" not in str(connection.queries)
    limited.CHAT_TOKENS_PER_DAY_PER_ADDRESS = 100_000
    assert queries() == (asking + 1, ending + 1)
    limited.CHAT_COST_PER_DAY_PER_ADDRESS = Decimal(100)
    assert queries() == (asking + 2, ending + 1)  # and the prices


def test_the_least_that_is_left_may_be_the_addresss(
    asks: Asks, alice: User, bob: User, limited: Settings
) -> None:
    told: list[Allowance] = []
    use(asks(alice))
    limited.CHAT_TOKENS_PER_DAY_PER_ADDRESS = 150
    begin(asks(bob, tell_tokens=told.append, quota=Quota(tokens_per_day=80)))
    assert (told[-1].limit, told[-1].remaining) == (150, 50)
    begin(asks(alice, tell_tokens=told.append, quota=Quota(tokens_per_day=120)))
    assert (told[-1].limit, told[-1].remaining) == (120, 20)
    begin(asks(bob, None, tell_tokens=told.append, quota=Quota(tokens_per_day=90)))
    assert (told[-1].limit, told[-1].remaining) == (90, 90)


def test_a_retry_joins_although_the_address_has_used_all(asks: Asks, alice: User, limited: Settings) -> None:
    limited.CHAT_TOKENS_PER_DAY_PER_ADDRESS = 100
    claim = Claim("k", "chat", "h")
    first = ask(asks(alice), Question("How high?"), claim)
    assert isinstance(first, NewReply)
    end(first)
    assert ask(asks(alice), Question("How high?"), claim) == first.reply
    with pytest.raises(TooMany):
        ask(asks(alice), Question("How high?"), Claim("another", "chat", "h"))


def test_months_that_are_over_count_no_more_and_are_forgotten(
    asks: Asks, alice: User, limited: Settings
) -> None:
    first_day = timezone.localdate().replace(day=1)
    for days in (0, 1, 40):
        use(asks(alice))
        SpentFrom.objects.filter(day=timezone.localdate()).update(day=first_day - timedelta(days=days))
    limited.CHAT_TOKENS_PER_MONTH_PER_ADDRESS = 101
    begin(asks(alice))
    assert forget_past_months() == 2
    assert SpentFrom.objects.get().day == first_day
    assert forget_past_months() == 0


def test_a_place_is_a_keyed_hash_that_tells_nothing(limited: Settings) -> None:
    place = limits.place_of(SCHOOL)
    assert place is not None
    assert len(place) == 32
    assert int(place, 16)
    assert place == limits.place_of(f"::ffff:{SCHOOL}") != limits.place_of(HOME)
    assert limits.place_of("2001:db8:0:1::5") == limits.place_of("2001:db8:0:1::6")
    assert limits.place_of("2001:db8:0:1::5") != limits.place_of("2001:db8:0:2::5")
    limited.SECRET_KEY = "another"
    assert limits.place_of(SCHOOL) != place
    assert limits.place_of(None) is None
