"""Store a conversation that was made elsewhere, with the times that it had there. Once only."""

from collections.abc import Collection, Generator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from chat.access.rows import conversations_of
from chat.digest.stale import note_change
from chat.ids import STEP, id_at
from chat.imported import ImportedConversation, ImportedMessage
from chat.models import Completion, Conversation, Message
from chat.models.conversation import TitleSource
from chat.models.message import Role
from chat.search import index, waiting

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OWN = "own:"
PIECE_MESSAGES = 500
PIECE_CHARACTERS = 500_000
"""Half a second with the words of the texts (`chat.search.index`)."""


def import_conversation(
    user_id: int, incoming: ImportedConversation, models: Collection[str] = ()
) -> Generator[None, None, UUID | None]:
    """Step by step, each a short transaction; at the end its new id, or None where this user has it already.

    A conversation may have 10 MB, which takes half a minute with all its words, and on SQLite nobody else
    writes meanwhile. So it is made hidden, filled piece by piece, and shown by the last step. What never
    comes so far is purged like all that is hidden. Its model is kept where it is one of `models`.
    """
    if _is_here(user_id, incoming.source):
        return None
    ids = _ids(incoming.messages)
    conversation = Conversation(
        id=id_at(_nanoseconds(incoming.created)),
        owner_id=user_id,
        title=incoming.title,
        title_source=TitleSource.PERSON if incoming.title else TitleSource.QUESTION,
        model=incoming.model if incoming.model in models else "",
        system_prompt=incoming.system_prompt,
        pinned=incoming.pinned,
        archived=incoming.archived,
        created=incoming.created,
        updated=incoming.updated,
        deleted=timezone.now(),
    )
    conversation.save(force_insert=True)
    for piece in _pieces(incoming.messages):
        yield
        _fill(conversation, incoming.messages, ids, piece)
    yield
    conversation.active_id = ids[-1] if incoming.active is None else ids[incoming.active]
    conversation.imported_from = incoming.source
    conversation.deleted = None
    try:
        return _show(conversation)
    except IntegrityError:
        return None  # a rival with the same one was first: the same file in a second tab


def _is_here(user_id: int, source: str) -> bool:
    here = conversations_of(user_id).filter(imported_from=source).exists()
    return here or _is_still_here(user_id, source)


def _pieces(messages: Sequence[ImportedMessage]) -> Iterator[range]:
    """Places of messages that one transaction can take."""
    start = length = 0
    for place, message in enumerate(messages):
        length += len(message.content)
        if length >= PIECE_CHARACTERS or place + 1 - start >= PIECE_MESSAGES:
            yield range(start, place + 1)
            start, length = place + 1, 0
    if start < len(messages):
        yield range(start, len(messages))


@transaction.atomic
def _fill(
    conversation: Conversation, messages: Sequence[ImportedMessage], ids: Sequence[UUID], piece: range
) -> None:
    completions = [
        _completion(messages[place], ids[place]) for place in piece if messages[place].role == Role.ASSISTANT
    ]
    writers = {completion.message_id: completion.id for completion in completions}
    # Message and completion name each other; the database looks at such names when the transaction ends.
    Message.objects.bulk_create(
        Message(
            id=ids[place],
            conversation=conversation,
            parent_id=None if message.parent is None else ids[message.parent],
            role=message.role,
            content=message.content,
            reasoning=message.reasoning,
            status=message.status,
            model=message.model,
            completion_id=writers.get(ids[place]),
            created=message.created,
        )
        for place, message in ((place, messages[place]) for place in piece)
    )
    Completion.objects.bulk_create(completions)
    texts = ((ids[place], messages[place].content) for place in piece)
    index.put_messages((key, conversation.id, conversation.owner_id, text) for key, text in texts)


@transaction.atomic
def _show(conversation: Conversation) -> UUID:
    """Raises `IntegrityError` where this user has another one of the same name."""
    # It was deleted here and is wanted again: what waits to be purged gives up the name.
    known = Conversation.objects.filter(
        owner_id=conversation.owner_id, imported_from=conversation.imported_from, deleted__isnull=False
    )
    known.update(imported_from="")
    conversation.save(update_fields=["active", "imported_from", "deleted"])
    waiting.note(title_of=conversation.id)
    note_change(conversation.id)
    return conversation.id


def _is_still_here(user_id: int, source: str) -> bool:
    """Whether it was never gone: a document of this site, brought back to it."""
    if not source.startswith(_OWN):
        return False
    try:
        key = UUID(source.removeprefix(_OWN))
    except ValueError:
        return False
    return conversations_of(user_id).filter(id=key).exists()


def _ids(messages: Sequence[ImportedMessage]) -> list[UUID]:
    """Ids that sort by the time of each message, but after its parent and its elder siblings."""
    moments: list[int] = []
    newest: dict[int | None, int] = {}
    for message in messages:
        above = -STEP if message.parent is None else moments[message.parent]
        beside = newest.get(message.parent, -STEP)
        moments.append(max(_nanoseconds(message.created), above + STEP, beside + STEP))
        newest[message.parent] = moments[-1]
    return [id_at(moment) for moment in moments]


def _completion(message: ImportedMessage, key: UUID) -> Completion:
    """Every reply has one; this says what is known of how it was written."""
    return Completion(
        message_id=key,
        number=1,
        model=message.model,
        source="import",
        status=message.status,
        finish_reason=message.finish_reason,
        usage=message.usage,
        error=message.error,
        created=message.created,
        started=message.started,
        first_token=message.first_token,
        ended=message.ended or message.created,
    )


def _nanoseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000
