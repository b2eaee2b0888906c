"""What a query costs that is built anew, against one that was kept: `python benchmarks/statements.py`.

In an SQLite database of its own. Prints microseconds, the least of five, for insert, update and select.
"""

import sys
import timeit
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from django.db import models, transaction

from benchmarks.scratch_site import migrated_user
from chat.models import Conversation, Message
from chat.statements import Insert, Param, Select, Update

TIMES = 500
insert = Insert(Message)
select = Select(
    lambda: Message.objects.filter(id=Param("id", models.UUIDField()), deleted__isnull=True).values_list(
        "id", "parent_id", "content"
    )
)
update = Update(lambda: Message.objects.filter(id=Param("id", models.UUIDField())), "content", "status")


def main() -> None:
    conversation = Conversation.objects.create(owner=migrated_user())
    one = Message.objects.create(conversation=conversation, role="user", content="one")

    new = {"conversation_id": conversation.id, "role": "user", "content": "more"}
    pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "insert": (lambda: Message(**new).save(force_insert=True), lambda: insert(**new)),
        "update": (
            lambda: Message.objects.filter(id=one.id).update(content="two", status="complete"),
            lambda: update(id=one.id, content="two", status="complete"),
        ),
        "select": (
            lambda: (
                Message.objects.filter(id=one.id, deleted__isnull=True)
                .values_list("id", "parent_id", "content")
                .first()
            ),
            lambda: select.row(id=one.id),
        ),
    }
    with transaction.atomic():
        for name, ways in pairs.items():
            built, kept = (min(timeit.repeat(way, number=TIMES, repeat=5)) / TIMES * 1e6 for way in ways)
            print(f"{name}: built anew {built:.0f} µs, kept {kept:.0f} µs: {built / kept:.1f} times")


if __name__ == "__main__":
    main()
