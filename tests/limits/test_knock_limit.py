"""What costs something is done so often and no more, for each who asks."""

import pytest

from chat.errors import TooMany
from chat.limits.knocks import KnockLimit


def test_so_many_fit_into_the_window_and_then_it_begins_anew() -> None:
    now = 0.0
    limit = KnockLimit(2, 60, clock=lambda: now)
    limit.take("a")
    now = 10.0
    limit.take("a")
    with pytest.raises(TooMany) as refused:
        limit.take("a")
    assert refused.value.retry_after == 50
    limit.take("b")
    now = 60.0
    limit.take("a")
