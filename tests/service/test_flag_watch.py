"""The flag rules beside a busy site: a look is a look, and not a race with those who ask."""

from uuid import uuid4

import pytest

from chat.models.completion import LookedAt
from chat.review import rules
from chat.review.rules import Work
from chat.service import flag_watch


@pytest.mark.parametrize(
    ("batches", "looks"), [([3, 3, 3], 1), ([rules.BATCH, 3, 3], 2), ([rules.BATCH, 0], 2)]
)
async def test_only_what_was_more_than_a_batch_is_looked_at_at_once(
    monkeypatch: pytest.MonkeyPatch, batches: list[int], looks: int
) -> None:
    waiting = iter(batches)
    done = []

    def next_work() -> Work | None:
        number = next(waiting)
        done.append(number)
        return Work((), (), {uuid4(): LookedAt.ALL for _ in range(number)}) if number else None

    monkeypatch.setattr(rules, "next_work", next_work)
    monkeypatch.setattr(rules, "finish", lambda work, found: 0)
    await flag_watch.apply_rules()
    assert len(done) == looks
