"""What may be used: the site says it, a group says otherwise, the most generous group counts."""

from decimal import Decimal

import pytest

from chat.api.rates import duration
from chat.models import ApiKey, GroupLimits
from chat.quota import NOTHING_SAID, QUOTA_FIELDS, Quota, most_generous


def test_what_is_said_comes_before_what_the_site_says() -> None:
    site = Quota(requests_per_minute=120, streams=20)
    assert Quota(streams=2).over(site) == Quota(requests_per_minute=120, streams=2)
    assert NOTHING_SAID.over(site) == site
    assert Quota(streams=0).over(site).streams == 0


def test_of_several_groups_the_most_generous_counts_for_each_limit() -> None:
    little = Quota(requests_per_minute=10, tokens_per_day=500, cost_per_month=Decimal(1))
    much = Quota(requests_per_minute=100, tokens_per_day=50)
    lifted = Quota(cost_per_month=Decimal(0))
    assert most_generous([little, much]) == Quota(
        requests_per_minute=100, tokens_per_day=500, cost_per_month=Decimal(1)
    )
    assert most_generous([little, lifted]).cost_per_month == 0
    assert most_generous([]) == NOTHING_SAID


def test_only_tokens_and_costs_need_to_know_what_was_used() -> None:
    assert not Quota(requests_per_minute=1, tokens_per_day=0).spends
    assert Quota(tokens_per_month=1).spends
    assert Quota(cost_per_day=Decimal("0.5")).spends
    assert Quota(cost_per_day=Decimal("0.5")).costs
    assert not Quota(tokens_per_month=1, cost_per_month=Decimal(0)).costs


@pytest.mark.parametrize("name", QUOTA_FIELDS)
def test_a_key_may_be_limited_in_all_that_a_group_may(name: str) -> None:
    of_key, of_group = (model._meta.get_field(name) for model in (ApiKey, GroupLimits))
    assert type(of_key) is type(of_group)
    # Nullable: a server of the version before makes keys without it.
    assert of_key.null


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0s"), (0.2, "1s"), (59.5, "1m0s"), (360, "6m0s"), (43170, "11h59m30s")]
)
def test_durations_are_written_as_openai_writes_them(seconds: float, said: str) -> None:
    assert duration(seconds) == said
