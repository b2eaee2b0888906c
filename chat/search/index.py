"""Puts texts into the index and takes them out, each in the transaction of whoever calls it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q

from chat.models import Conversation, Message, SearchEntry
from chat.models.status import Status
from chat.search.query import MAX_CHARACTERS
from chat.search.words import words_of
from chat.statements import Written, stored_key

PART: Final = 3000
"""Words of an entry; a longer text has several. PostgreSQL keeps 256 places of a word, and the commonest
of a language is every fifteenth one; and it knows no places beyond the 16,383rd."""
OVERLAP: Final = MAX_CHARACTERS
"""Words that the next part repeats: no row of words that can be asked for is cut in two."""
BATCH: Final = 200
"""Texts at once. Each may be long, and on SQLite a transaction keeps all other writers waiting."""

_last_key = Written("SELECT seq FROM sqlite_sequence WHERE name = 'chat_searchentry'")
_insert_entries = Written(
    "INSERT INTO chat_searchentry (id, owner_id, conversation_id, message_id) VALUES (%s, %s, %s, %s)"
)
_insert_words = Written("INSERT INTO chat_search_words (rowid, owner, words) VALUES (%s, %s, %s)")
FINDABLE: Final = Q(deleted=None, conversation__deleted=None, conversation__temporary=False) & ~Q(
    status=Status.STREAMING
)
"""What has ended, is kept, and is hidden neither itself nor with its conversation."""


@dataclass(frozen=True, slots=True)
class Text:
    """The title of a conversation, or a message of it, with its words. Keys are as they are stored."""

    owner: int
    conversation: Any
    message: Any
    parts: tuple[str, ...]


def parts_of(text: str) -> tuple[str, ...]:
    """The words, one space apart, cut into parts. For a long text slow (0.1 s for 100,000 characters)."""
    words = words_of(text)
    starts = range(0, max(len(words) - OVERLAP, 1), PART - OVERLAP) if words else ()
    return tuple(" ".join(words[start : start + PART]) for start in starts)


def put_conversation(conversation: UUID) -> None:
    """All of it that can be found: after an import, or when its deletion was undone."""
    take_conversation(conversation)
    row = Conversation.objects.filter(id=conversation).first()
    if row is None or row.deleted is not None or row.temporary:
        return
    put_titles([(row.id, row.owner_id, row.title)])
    after: UUID | None = None
    while batch := batch_of_messages(after, conversation):
        put_messages(batch)
        after = batch[-1][0]


def take_conversation(conversation: UUID) -> None:
    """It was hidden: its title and its messages are not found any more."""
    SearchEntry.objects.filter(conversation=conversation).delete()


def take_messages(messages: Iterable[UUID]) -> None:
    """They were hidden."""
    SearchEntry.objects.filter(message__in=list(messages)).delete()


def put_titles(rows: Iterable[tuple[UUID, int, str]]) -> None:
    """As `batch_of_titles` gives them; none of them is in the index."""
    add(Text(owner, stored_key(key), None, parts_of(title)) for key, owner, title in rows)


def put_messages(rows: Iterable[tuple[UUID, UUID, int, str]]) -> None:
    """As `batch_of_messages` gives them; none of them is in the index."""
    add(
        Text(owner, stored_key(conversation), stored_key(key), parts_of(text))
        for key, conversation, owner, text in rows
    )


def batch_of_titles(after: UUID | None) -> list[tuple[UUID, int, str]]:
    """Id, owner and title of the conversations that come next by their ids."""
    rows = Conversation.objects.filter(deleted=None, temporary=False)
    rows = rows if after is None else rows.filter(id__gt=after)
    return list(rows.order_by("id").values_list("id", "owner_id", "title")[:BATCH])


def batch_of_messages(
    after: UUID | None, conversation: UUID | None = None
) -> list[tuple[UUID, UUID, int, str]]:
    """Id, conversation, owner and text of the messages that come next by their ids: of one, or of all."""
    rows = Message.objects.filter(FINDABLE)
    rows = rows if after is None else rows.filter(id__gt=after)
    rows = rows if conversation is None else rows.filter(conversation=conversation)
    fields = ("id", "conversation_id", "conversation__owner_id", "content")
    return list(rows.order_by("id").values_list(*fields)[:BATCH])


def add(texts: Iterable[Text]) -> None:
    rows = [(text, part) for text in texts for part in text.parts]
    if not rows:
        return
    if connection.vendor == "postgresql":
        _add_on_postgresql(rows)
    else:
        _add_on_sqlite(rows)


def _add_on_postgresql(rows: Sequence[tuple[Text, str]]) -> None:
    values: list[Any] = []
    for text, part in rows:
        values += (text.owner, text.conversation, text.message, _vector(part))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chat_searchentry (owner_id, conversation_id, message_id, words) VALUES "  # noqa: S608
            + ", ".join(["(%s, %s, %s, %s::tsvector)"] * len(rows)),
            values,
        )


def _vector(part: str) -> str:
    return " ".join(f"'{word}':{place}" for place, word in enumerate(part.split(" "), 1))


def _add_on_sqlite(rows: Sequence[tuple[Text, str]]) -> None:
    """Their keys are given here: what FTS5 holds goes by them, and nobody else writes meanwhile."""
    ((last,),) = _last_key.rows(()) or [(0,)]
    keyed = list(enumerate(rows, last + 1))
    _insert_entries.many([(key, text.owner, text.conversation, text.message) for key, (text, _) in keyed])
    _insert_words.many(
        [
            (key, f"{text.owner}{' title' if text.message is None else ' text'}", part)
            for key, (text, part) in keyed
        ]
    )
