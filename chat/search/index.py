"""Puts texts into the index and takes them out. Called inside the transaction that changes them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Case, Q, UUIDField, Value, When

from chat.models import Conversation, Message, SearchEntry
from chat.models.status import Status
from chat.search.query import MAX_CHARACTERS
from chat.search.words import words_of
from chat.statements import Delete, Insert, Param, Select, Written

PART: Final = 3000
"""Words of an entry; a longer text has several. PostgreSQL keeps 256 places of a word, and the commonest
of a language is every fifteenth one; and it knows no places beyond the 16,383rd."""
OVERLAP: Final = MAX_CHARACTERS
"""Words that the next part repeats: no row of words that can be asked for is cut in two."""
BATCH: Final = 200
"""Texts at once. Each may be long, and on SQLite a transaction keeps all other writers waiting."""


FEW: Final = 4
"""Entries that are cheaper to insert one by one, by a kept statement, than by one that is made anew."""

_MESSAGE = Param("message", UUIDField())
_take_message = Delete(lambda: SearchEntry.objects.filter(message=_MESSAGE))
_insert_entry = Insert(SearchEntry)
_insert_words = Written("INSERT INTO chat_search_words (rowid, owner, words) VALUES (%s, %s, %s)")
_FINDABLE: Final = Q(deleted=None, conversation__deleted=None, conversation__temporary=False) & ~Q(
    status=Status.STREAMING
)
"""What has ended, is kept, and is hidden neither itself nor with its conversation."""
_where = Select(
    lambda: (
        Message.objects.filter(id=_MESSAGE)
        .annotate(is_findable=Case(When(_FINDABLE, then=Value(True)), default=Value(False)))
        .values_list("conversation_id", "conversation__owner_id", "is_findable")
    )
)


@dataclass(frozen=True, slots=True)
class Text:
    """The title of a conversation, or a message of it, with its words."""

    owner: int
    conversation: UUID
    message: UUID | None
    parts: tuple[str, ...]


def parts_of(text: str) -> tuple[str, ...]:
    """The words, one space apart, cut into parts. For a long text slow (0.1 s for 100,000 characters)."""
    words = words_of(text)
    starts = range(0, max(len(words) - OVERLAP, 1), PART - OVERLAP) if words else ()
    return tuple(" ".join(words[start : start + PART]) for start in starts)


def put_title(conversation: Conversation) -> None:
    """In place of the title that it had."""
    SearchEntry.objects.filter(conversation=conversation, message=None).delete()
    if conversation.deleted is None and not conversation.temporary:
        put_titles([(conversation.id, conversation.owner_id, conversation.title)])


def add_question(conversation: Conversation, question: UUID, content: str, *, with_title: bool) -> None:
    """One that is just being asked, and the title that was made of it: neither is in the index yet."""
    if conversation.temporary:
        return
    where = conversation.owner_id, conversation.id
    texts = [Text(*where, None, parts_of(conversation.title))] if with_title else []
    _add([*texts, Text(*where, question, parts_of(content))])


def put_message(message: UUID, parts: tuple[str, ...]) -> UUID | None:
    """A reply that has ended, or a message that came back; in place of what it was before.

    Tells its conversation, which was read for it: nobody need ask again. None where it is gone.
    """
    _take_message.send(message=message)
    found = _where.row(message=message)
    if found is None:
        return None
    conversation: UUID = found[0]
    owner, is_findable = found[1:]
    if is_findable:
        _add([Text(owner, conversation, message, parts)])
    return conversation


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
    _add(Text(owner, key, None, parts_of(title)) for key, owner, title in rows)


def put_messages(rows: Iterable[tuple[UUID, UUID, int, str]]) -> None:
    """As `batch_of_messages` gives them; none of them is in the index."""
    _add(Text(owner, conversation, key, parts_of(text)) for key, conversation, owner, text in rows)


def batch_of_titles(after: UUID | None) -> list[tuple[UUID, int, str]]:
    """Id, owner and title of the conversations that come next by their ids."""
    rows = Conversation.objects.filter(deleted=None, temporary=False)
    rows = rows if after is None else rows.filter(id__gt=after)
    return list(rows.order_by("id").values_list("id", "owner_id", "title")[:BATCH])


def batch_of_messages(
    after: UUID | None, conversation: UUID | None = None
) -> list[tuple[UUID, UUID, int, str]]:
    """Id, conversation, owner and text of the messages that come next by their ids: of one, or of all."""
    rows = Message.objects.filter(_FINDABLE)
    rows = rows if after is None else rows.filter(id__gt=after)
    rows = rows if conversation is None else rows.filter(conversation=conversation)
    fields = ("id", "conversation_id", "conversation__owner_id", "content")
    return list(rows.order_by("id").values_list(*fields)[:BATCH])


def _add(texts: Iterable[Text]) -> None:
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
    if len(rows) <= FEW:
        keys = [
            _insert_entry(owner_id=text.owner, conversation_id=text.conversation, message_id=text.message)
            for text, _part in rows
        ]
    else:
        entries = [
            SearchEntry(owner_id=text.owner, conversation_id=text.conversation, message_id=text.message)
            for text, _part in rows
        ]
        keys = [entry.pk for entry in SearchEntry.objects.bulk_create(entries)]
    _insert_words.many(
        [
            (key, f"{text.owner}{' title' if text.message is None else ' text'}", part)
            for key, (text, part) in zip(keys, rows, strict=True)
        ]
    )
