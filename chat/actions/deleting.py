"""What a user deletes: hidden at once, and brought back while they may think better of it.

Hidden rows of one deletion have the same moment, by which they are known together. When they go for good
is the policy's to say: `chat.review.purging`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from chat.access.descriptions import describe_conversation, describe_message
from chat.access.rows import as_uuid, locked_conversation_for, message_for, no_such
from chat.digest.stale import note_change, note_hiding
from chat.errors import Conflict
from chat.models import Conversation, Message
from chat.models.status import Status
from chat.search import index, waiting

CONVERSATION_KEPT = timedelta(minutes=10)
"""The page offers to undo for ten seconds; a program, or who finds the tab again, has a little longer."""
MESSAGES_KEPT = timedelta(hours=1)
TEMPORARY_KEPT = timedelta(hours=24)
"""Since it was last asked: a chat of the evening can be gone on with in the morning."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """How many messages were hidden, and the replies among them that still run and must be stopped."""

    conversation: UUID
    messages: int
    running: list[UUID]


@transaction.atomic
def hide_conversation(user_id: int, conversation_id: Any) -> list[UUID]:
    """Hide it at once; its replies that still run and must be stopped."""
    conversation = locked_conversation_for(user_id, conversation_id)
    conversation.deleted = timezone.now()
    conversation.save(update_fields=["deleted"])
    index.take_conversation(conversation.id)
    note_hiding(conversation.id, conversation.deleted)
    running = Message.objects.filter(conversation=conversation, status=Status.STREAMING)
    return list(running.values_list("id", flat=True))


@transaction.atomic
def restore_conversation(user_id: int, conversation_id: Any) -> dict[str, Any]:
    """Bring it back, where it was not purged yet. One that is there stays as it is."""
    key = as_uuid(conversation_id, "conversation")
    row = Conversation.objects.select_for_update().filter(owner_id=user_id, id=key, temporary=False).first()
    if row is None or (row.deleted is not None and row.deleted <= timezone.now() - CONVERSATION_KEPT):
        raise no_such("conversation")
    if row.deleted is not None:
        row.deleted = None
        row.save(update_fields=["deleted"])
        index.put_conversation(row.id)
        note_hiding(row.id, None)
    return describe_conversation(row)


@transaction.atomic
def hide_message(user_id: int, message_id: Any) -> Hidden:
    """Hide it and all below it. Where that was shown, the nearest branch that is left is shown instead."""
    conversation = locked_conversation_for(user_id, message_for(user_id, message_id).conversation_id)
    message = message_for(user_id, message_id)  # read again, under the lock
    tree = _Tree(Message.objects.filter(conversation=conversation, deleted__isnull=True).order_by("id"))
    below = tree.below(message.id)
    hidden = Message.objects.filter(id__in=below)
    # Locked in the order in which checkpoints lock them (`chat.actions.checkpoint`): else the two could
    # wait for each other.
    still = hidden.filter(status=Status.STREAMING).select_for_update(no_key=True).order_by("id")
    running = list(still.values_list("id", flat=True))
    hidden.update(deleted=timezone.now())
    index.take_messages(below)
    note_change(conversation.id)
    if conversation.active_id in below:
        conversation.active_id = tree.end_beside(message)
        conversation.save(update_fields=["active"])
    return Hidden(conversation.id, len(below), running)


@transaction.atomic
def restore_message(user_id: int, message_id: Any, active: Any = None) -> dict[str, Any]:
    """Bring back what was hidden with it, and show the branch that ends at `active`, else through it."""
    key = as_uuid(message_id, "message")
    message = Message.objects.filter(
        id=key, conversation__owner_id=user_id, conversation__deleted__isnull=True
    ).first()
    if message is None:
        raise no_such("message")
    conversation = locked_conversation_for(user_id, message.conversation_id)
    message = Message.objects.filter(id=key).select_related("parent").first()
    if message is None or (message.deleted and message.deleted <= timezone.now() - MESSAGES_KEPT):
        raise no_such("message")
    if message.deleted is None:
        return describe_message(message_for(user_id, key))
    if message.parent is not None and message.parent.deleted is not None:
        raise Conflict("The message above was deleted too. Bring that one back first.", code="parent_deleted")
    together = list(Message.objects.filter(conversation=conversation, deleted=message.deleted))
    Message.objects.filter(id__in=[row.id for row in together]).update(deleted=None)
    for row in together:
        waiting.note(message=row.id)
    note_change(conversation.id)
    tree = _Tree(Message.objects.filter(conversation=conversation, deleted__isnull=True).order_by("id"))
    wanted = None if active is None else as_uuid(active, "message")
    conversation.active_id = wanted if wanted in tree.below(key) else tree.end_through(key)
    conversation.save(update_fields=["active"])
    return describe_message(message_for(user_id, key))


class _Tree:
    """Who stands below whom, siblings in their order."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self._children: dict[UUID | None, list[UUID]] = defaultdict(list)
        for message in messages:
            self._children[message.parent_id].append(message.id)

    def below(self, message: UUID) -> Collection[UUID]:
        """It, and all below it."""
        found, waiting = set(), [message]
        while waiting:
            found.add(key := waiting.pop())
            waiting += self._children[key]
        return found

    def end_beside(self, message: Message) -> UUID | None:
        """The end of the branch through its nearest sibling, an earlier one first; else its parent."""
        siblings = self._children[message.parent_id]
        place = siblings.index(message.id)
        if len(siblings) == 1:
            return message.parent_id
        return self.end_through(siblings[place - 1] if place else siblings[1])

    def end_through(self, message: UUID) -> UUID:
        """Where the branch through it ends, the newest child taken at each fork."""
        while self._children[message]:
            message = self._children[message][-1]
        return message
