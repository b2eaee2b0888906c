"""Texts that are not in the index yet. Who asks or ends a reply only notes them; they are put in together, by
the server within seconds, or by whoever looks for something before that: all that was said is found.

Of an ask and of an end their words were a third (on SQLite 14 and 10 of the 36 and 19 pages that a commit
writes); of a hundred at once each takes a third of that.
"""

import logging
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import Error, connection, transaction
from django.db.models import UUIDField

from chat.models import Conversation, Message, SearchEntry, WaitingText
from chat.search.index import FINDABLE, Text, add, parts_of
from chat.statements import Among, Delete, Insert, Param, Select, Written, key_of

logger = logging.getLogger(__name__)

BATCH: Final = 100
"""Texts of one transaction: on SQLite nobody else writes for some 10 ms."""
BATCHES: Final = 10
"""That are put in for one search at most: where more wait, much was said in this second."""

_KEYS: Final = Param("keys", UUIDField())
_insert = Insert(WaitingText, tells_key=False)
_any = Select(lambda: WaitingText.objects.order_by().values_list("id")[:1])
_TAKE: Final = """
    DELETE FROM chat_waitingtext WHERE id IN (SELECT id FROM chat_waitingtext ORDER BY id LIMIT %s{lock})
    RETURNING id, conversation_id, message_id
"""
_take: Final = {
    "sqlite": Written(_TAKE.format(lock="")),
    # Who comes second waits for the first one, whose texts are in the index then.
    "postgresql": Written(_TAKE.format(lock=" FOR UPDATE")),
}
_titles = Select(
    lambda: Conversation.objects.filter(
        Among("id", _KEYS), deleted__isnull=True, temporary=False
    ).values_list("id", "owner_id", "title")
)
_messages = Select(
    lambda: Message.objects.filter(FINDABLE, Among("id", _KEYS)).values_list(
        "id", "conversation_id", "conversation__owner_id", "content"
    )
)
_take_titles = Delete(
    lambda: SearchEntry.objects.filter(Among("conversation_id", _KEYS), message__isnull=True)
)
_take_messages = Delete(lambda: SearchEntry.objects.filter(Among("message_id", _KEYS)))


def note(*, message: UUID | None = None, title_of: UUID | None = None) -> None:
    """A message, and the title of this conversation, are to be in the index as they are now. Called in the
    transaction that stores or changes them.
    """
    _insert(message_id=message, conversation_id=title_of)


def catch_up() -> None:
    """Before something is looked for. Where the database refuses, the index is as it was."""
    try:
        for _ in range(BATCHES):
            if put_waiting() < BATCH:
                return
    except Error:
        logger.warning("what was said last is not in the search index yet", exc_info=True)


def put_waiting(limit: int = BATCH) -> int:
    """Put so many in, those first that were said first; how many they were."""
    if not _any.rows():
        return 0
    with transaction.atomic():
        taken = sorted(_take[connection.vendor].rows([limit]))
        add(_texts([(key_of(title_of), key_of(message)) for _, title_of, message in taken]))
    return len(taken)


def _texts(taken: list[tuple[UUID | None, UUID | None]]) -> Iterable[Text]:
    """Of what is kept and hidden nowhere; what of it is in the index already is taken out."""
    titles = {title_of for title_of, _ in taken if title_of is not None}
    messages = {message for _, message in taken if message is not None}
    found: dict[UUID | None, Text] = {}
    if titles:
        _take_titles(keys=titles)
        for key, owner, title in _titles.rows(keys=titles):
            found[key] = Text(owner, key, None, parts_of(title))
    if messages:
        _take_messages(keys=messages)
        for key, conversation, owner, content in _messages.rows(keys=messages):
            found[key] = Text(owner, conversation, key, parts_of(content))
    order = dict.fromkeys(key for pair in taken for key in pair)
    return [found[key] for key in order if key in found]
