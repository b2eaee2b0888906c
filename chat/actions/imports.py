"""Store a conversation that was made elsewhere, with the times that it had there. Once only."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from chat.access.rows import conversations_of
from chat.ids import STEP, id_at
from chat.imported import ImportedConversation, ImportedMessage
from chat.models import Completion, Conversation, Message
from chat.models.conversation import TitleSource
from chat.models.message import Role
from chat.search import index

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OWN = "own:"


def import_conversation(
    user_id: int, incoming: ImportedConversation, models: Collection[str] = ()
) -> UUID | None:
    """Its new id; None where this user has it already. Its model is kept where it is one of `models`."""
    try:
        return _import(user_id, incoming, models)
    except IntegrityError:
        # A rival with the same one was first, and is now found: the same file in a second tab.
        return _import(user_id, incoming, models)


@transaction.atomic
def _import(user_id: int, incoming: ImportedConversation, models: Collection[str]) -> UUID | None:
    known = Conversation.objects.filter(owner_id=user_id, imported_from=incoming.source).first()
    if (known is not None and known.deleted is None) or _is_still_here(user_id, incoming.source):
        return None
    if known is not None:
        # It was deleted here and is wanted again: what waits to be purged gives up the name.
        Conversation.objects.filter(id=known.id).update(imported_from="")
    ids = _ids(incoming.messages)
    conversation = Conversation(
        id=id_at(_nanoseconds(incoming.created)),
        owner_id=user_id,
        title=incoming.title,
        title_source=TitleSource.PERSON if incoming.title else TitleSource.QUESTION,
        model=incoming.model if incoming.model in models else "",
        system_prompt=incoming.system_prompt,
        imported_from=incoming.source,
        pinned=incoming.pinned,
        archived=incoming.archived,
        active_id=ids[-1] if incoming.active is None else ids[incoming.active],
        created=incoming.created,
        updated=incoming.updated,
    )
    # Each names the other; the database looks at such names when the transaction ends.
    conversation.save(force_insert=True)
    completions = [
        _completion(message, key)
        for message, key in zip(incoming.messages, ids, strict=True)
        if message.role == Role.ASSISTANT
    ]
    writers = {completion.message_id: completion.id for completion in completions}
    Message.objects.bulk_create(
        Message(
            id=key,
            conversation=conversation,
            parent_id=None if message.parent is None else ids[message.parent],
            role=message.role,
            content=message.content,
            reasoning=message.reasoning,
            status=message.status,
            model=message.model,
            completion_id=writers.get(key),
            created=message.created,
        )
        for message, key in zip(incoming.messages, ids, strict=True)
    )
    Completion.objects.bulk_create(completions)
    index.put_conversation(conversation.id)
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
