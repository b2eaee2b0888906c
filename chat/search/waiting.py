"""Texts that are not in the index yet. Who asks or ends a reply only notes them; they are put in together, by
the server within seconds, or by whoever looks for something before that: what was said a moment ago is found.

Of an ask and of an end their words were a third (on SQLite 14 and 10 of the 36 and 19 pages that a commit
writes); of a hundred at once each takes a third of that.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import Error, IntegrityError, connection, transaction
from django.db.models import BigIntegerField, UUIDField
from django.db.models.functions import Coalesce, Length

from chat.models import Conversation, Message, SearchEntry, WaitingText
from chat.search.index import FINDABLE, Text, add, parts_of
from chat.statements import Among, Delete, Insert, Param, Select

logger = logging.getLogger(__name__)

BATCH: Final = 100
"""Texts of one transaction: on SQLite nobody else writes for some 10 ms."""
CHARACTERS: Final = 30_000
"""Of one batch, or a single text that is longer: to find the words of so many takes some 30 ms at most."""
BATCHES: Final = 10
"""That are put in for one search at most. Where more wait, much was said in this second: what is beyond them
is found a little later.
"""
PATIENCE_MS: Final = 300
"""SQLite: so long who looks waits for another writer, which may be an import or a backup."""

_IDS: Final = Param("ids", BigIntegerField())
# Keys only find each other here: as UUIDs they were two fifths of the work.
_KEYS: Final = Param("keys", UUIDField(), as_stored=True)
_insert = Insert(WaitingText, tells_key=False)
_any = Select(lambda: WaitingText.objects.order_by().values_list("id")[:1])
_first = Select(
    lambda: (
        WaitingText.objects.order_by("id")
        .annotate(length=Coalesce(Length("message__content"), 0))
        .values_list("id", "message_id", "length")[:BATCH]
    ),
    as_stored=(1,),
)
_contents = Select(
    lambda: Message.objects.filter(Among("id", _KEYS)).values_list("id", "content"), as_stored=(0,)
)
# Who comes second waits for the first one, whose texts are in the index then.
_take = Select(
    lambda: (
        WaitingText.objects.select_for_update()
        .filter(Among("id", _IDS))
        .order_by("id")
        .values_list("conversation_id", "message_id")
    ),
    as_stored=(0, 1),
)
_homes = Select(
    lambda: Message.objects.filter(Among("id", _KEYS)).order_by().values_list("conversation_id"),
    as_stored=(0,),
)
# As whoever hides, restores or renames does first: else they and we would not see what the other one puts in.
_lock = Select(
    lambda: (
        Conversation.objects.select_for_update(no_key=True)
        .filter(Among("id", _KEYS))
        .order_by("id")
        .values_list("id")
    )
)
_forget = Delete(lambda: WaitingText.objects.filter(Among("id", _IDS)))
_titles = Select(
    lambda: (
        Conversation.objects.filter(Among("id", _KEYS), deleted__isnull=True, temporary=False)
        .order_by()
        .values_list("id", "owner_id", "title")
    ),
    as_stored=(0,),
)
_messages = Select(
    lambda: (
        Message.objects.filter(FINDABLE, Among("id", _KEYS))
        .order_by()
        .values_list("id", "conversation_id", "conversation__owner_id")
    ),
    as_stored=(0, 1),
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
        if not _any.rows():
            return
        with _little_patience():
            for _ in range(BATCHES):
                if not put_waiting():
                    return
    except Error:
        logger.warning("what was said last is not in the search index yet", exc_info=True)


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be put in together."""

    ids: Sequence[int]
    words: Mapping[Any, tuple[str, ...]]
    """Of its messages, by their keys as they are stored."""
    is_last: bool
    """Nothing waits beyond it."""


def next_batch(most: int = BATCH) -> Batch | None:
    """So many, those first that were said first, with their words. Finding these takes longest, and keeps
    nobody from writing. None: nothing waits.
    """
    waiting = _first.rows()
    if not waiting:
        return None
    ids, messages = _a_batch_of(waiting[:most])
    words = {key: parts_of(content) for key, content in _contents.rows(keys=messages)}
    return Batch(ids, words, is_last=len(ids) == len(waiting) < BATCH)


def put(batch: Batch) -> None:
    """What of it is still kept, and hidden nowhere."""
    try:
        _put(batch)
    except IntegrityError:
        _put(batch)  # what was deleted for good meanwhile is not there now


def put_waiting(most: int = BATCH) -> bool:
    """Put so many in; whether more wait."""
    batch = next_batch(most)
    if batch is None:
        return False
    put(batch)
    return not batch.is_last


def _a_batch_of(waiting: Sequence[tuple[int, Any, int]]) -> tuple[list[int], list[Any]]:
    """The first ones, as far as they are not too long together: of the rows, and of their messages."""
    ids: list[int] = []
    messages: list[Any] = []
    characters = 0
    for key, message, length in waiting:
        characters += length
        if ids and characters > CHARACTERS:
            break
        ids.append(key)
        if message is not None:
            messages.append(message)
    return ids, messages


@transaction.atomic
def _put(batch: Batch) -> None:
    taken = _take.rows(ids=batch.ids)
    _forget(ids=batch.ids)
    add(_texts(taken, batch.words))


def _texts(taken: Sequence[tuple[Any, Any]], words: Mapping[Any, tuple[str, ...]]) -> list[Text]:
    """Of what is kept and hidden nowhere; what of it is in the index already is taken out."""
    titles = {title_of for title_of, _ in taken if title_of is not None}
    messages = {message for _, message in taken if message is not None}
    found: dict[Any, Text] = {}
    if connection.vendor == "postgresql":
        _lock.rows(keys=titles.union(home for (home,) in _homes.rows(keys=messages)))
    if titles:
        _take_titles(keys=titles)
        for key, owner, title in _titles.rows(keys=titles):
            found[key] = Text(owner, key, None, parts_of(title))
    if messages:
        _take_messages(keys=messages)
        for key, conversation, owner in _messages.rows(keys=messages):
            found[key] = Text(owner, conversation, key, words.get(key, ()))
    order = dict.fromkeys(key for pair in taken for key in pair)
    return [found[key] for key in order if key in found]


@contextmanager
def _little_patience() -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        before = int(cursor.fetchone()[0])
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {before}")
