"""What was hidden goes for good when its time is over: `CHAT_PURGE_DAYS`, and never what is kept for review.

Each conversation goes in a transaction of its own, with its entry in the audit log.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from chat.actions.accounts import ERASED
from chat.actions.deleting import CONVERSATION_KEPT, MESSAGES_KEPT, TEMPORARY_KEPT
from chat.audit import Actor, record
from chat.audit.log import SERVER
from chat.models import Conversation, LegalHold, Message
from chat.models.status import Status
from chat.review.keeping import held, queued
from chat.statements import Param, Select

AT_ONCE: Final = 100
"""Rows looked at in one round of purging; the next round is five seconds later."""


def purge_hidden(now: datetime | None = None) -> int:
    """Delete what was hidden, or is temporary, for long enough, and does not run; how many times."""
    now = now or timezone.now()
    days = timedelta(days=settings.CHAT_PURGE_DAYS)
    purged = 0
    for due, keys, before in (
        (_hidden, _hidden_conversations, now - max(CONVERSATION_KEPT, days)),
        # Not kept is what their page promises: the days are for what its user had kept until then.
        (_unkept, _unkept_conversations, now - TEMPORARY_KEPT),
    ):
        for (key,) in keys.rows(before=before):
            purged += purge_conversation(key, due(before))
    for (key,) in _hidden_messages.rows(before=now - max(MESSAGES_KEPT, days)):
        purged += _purge_message(key)
    return purged


def _hidden(before: Any) -> Q:
    return Q(deleted__lte=before)


def _unkept(before: Any) -> Q:
    return Q(temporary=True) & (Q(deleted__isnull=False) | Q(updated__lte=before))


def spared() -> Q:
    """What stays although its time is over. Of an account that was erased only what is held."""
    return held() | (queued() & ~Q(owner__username__startswith=ERASED))


_BEFORE: Final = Param("before", DateTimeField())


def _conversations(due: Q) -> QuerySet[Conversation, UUID]:
    return Conversation.objects.filter(due & ~spared()).values_list("id", flat=True)[:AT_ONCE]


def _messages(due: Q) -> QuerySet[Message, UUID]:
    """Each deletion's highest message, which takes all below it along."""
    spared_too = Exists(Conversation.objects.filter(spared(), id=OuterRef("conversation")))
    highest = Message.objects.filter(due, ~spared_too).exclude(parent__deleted__isnull=False)
    return highest.values_list("id", flat=True)[:AT_ONCE]


# Looked for every few seconds in vain: compiled each time, they were a third of what an idle server does.
_hidden_conversations = Select(lambda: _conversations(_hidden(_BEFORE)))
_unkept_conversations = Select(lambda: _conversations(_unkept(_BEFORE)))
_hidden_messages = Select(lambda: _messages(_hidden(_BEFORE)))


@transaction.atomic
def purge_conversation(key: UUID, due: Q, actor: Actor = SERVER, *, rule: int | None = None) -> int:
    """Delete it where it is due and does not run; how many it was."""
    conversation = lock_due(key, due & ~spared())
    if conversation is None:
        return 0
    messages = conversation.messages.count()
    LegalHold.objects.filter(conversation=key).exclude(lifted=None).delete()
    conversation.delete()
    details = {"messages": messages} if rule is None else {"messages": messages, "rule": rule}
    record(actor, "purge", "conversation", key, details)
    return 1


@transaction.atomic
def purge_unkept(key: UUID) -> None:
    """Delete what was never kept (`store: false`) as soon as it has ended; a hold keeps also this."""
    conversation = lock_due(key, Q(temporary=True, deleted__isnull=False) & ~held())
    if conversation is not None:
        conversation.delete()


def lock_due(key: UUID, due: Q) -> Conversation | None:
    """The conversation, locked, if it is due under the lock still (or has come back, or is held by now)."""
    # Locked by one statement and looked at by the next, which sees what others committed before the lock.
    Conversation.objects.select_for_update().filter(id=key).first()
    conversation = Conversation.objects.filter(due, id=key).first()
    if conversation is None or conversation.messages.filter(status=Status.STREAMING).exists():
        return None
    return conversation


@transaction.atomic
def _purge_message(key: UUID) -> int:
    message = Message.objects.filter(id=key).first()
    if message is None:
        return 0
    # Restoring takes its turn by the same lock: what came back meanwhile stays.
    Conversation.objects.select_for_update().filter(id=message.conversation_id).first()
    if Conversation.objects.filter(spared(), id=message.conversation_id).exists():
        return 0
    hidden = Message.objects.filter(conversation_id=message.conversation_id, deleted__isnull=False)
    if hidden.filter(status=Status.STREAMING).exists():
        return 0
    _rows, deleted = hidden.filter(id=key).delete()
    number = deleted.get("chat.Message", 0)
    if number:
        record(SERVER, "purge", "message", key, {"messages": number})
    return min(number, 1)
