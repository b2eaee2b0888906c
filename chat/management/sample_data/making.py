"""Makes the set, batch by batch: each a transaction, in which rows may name each other in any order."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

from django.db import transaction

from chat.digest.summing import sum_all
from chat.management.sample_data.conversation import Batch, Writer
from chat.management.sample_data.people import PREFIX, make_people
from chat.management.sample_data.tables import settle
from chat.management.sample_data.texts import Texts
from chat.models import Conversation, SearchEntry

DAYS: Final = 90
AT_ONCE: Final = 500


def holds_real_conversations() -> bool:
    return Conversation.objects.exclude(owner__username__startswith=PREFIX).exists()


def make(
    conversations: int,
    messages: int,
    seed: int,
    until: date,
    progress: Callable[[int], object] = lambda done: None,
) -> None:
    """So many conversations of `DAYS` days, the last of them asked on the day before `until`."""
    chance = Random(seed)  # noqa: S311 (the same in each run is what it is for)
    people = make_people(chance)
    texts = Texts(chance)
    last = SearchEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    writer = Writer(chance, people, texts, entry=last)
    begin = datetime.combine(until, time(), UTC) - timedelta(days=DAYS)
    step = timedelta(days=DAYS) / max(conversations, 1)
    for start in range(0, conversations, AT_ONCE):
        batch = Batch()
        for number in range(start, min(start + AT_ONCE, conversations)):
            # As many as asked for in all, however they divide.
            count = (number + 1) * messages // conversations - number * messages // conversations
            writer.write(batch, begin + number * step, count)
        with transaction.atomic():
            batch.put()
        progress(min(start + AT_ONCE, conversations))
    settle()
    sum_all()
