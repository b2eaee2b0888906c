"""What is told of tokens is as old as the last question, and no older than the day or month that it is of."""

from uuid import UUID

from limits.test_limits import Clock, Who

from chat.limits.tokens import TokensTold
from chat.quota import Allowance


def test_it_is_each_keys_own_and_ends_with_its_time() -> None:
    clock = Clock()
    told = TokensTold(clock)
    by_key = Who(1, UUID(int=7))
    told.note(1, UUID(int=7), Allowance(100, 40, 90.0))
    assert told.left(Who(1)) is None
    clock.now += 30
    assert told.left(by_key) == Allowance(100, 40, 60.0)
    clock.now += 60
    assert told.left(by_key) is None
