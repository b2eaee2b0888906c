"""What users say of their own conversations that brings them before a reviewer: a thumb down, a report."""

from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from chat.access.rows import message_for
from chat.actions import feedback
from chat.audit import Actor, record
from chat.audit.log import Detail
from chat.errors import Conflict
from chat.models import Conversation, Feedback, Flag, Message
from chat.models.flag import FlagKind
from chat.review.flags import checked_reason, log_flag, open_flag, was_seen
from chat.review.scope import flaggable
from chat.review.targets import Target


@transaction.atomic
def rate(actor: Actor, message_id: Any, rating: int | None, comment: str | None) -> dict[str, Any]:
    """The owner's feedback. A thumb that goes down raises a flag; one that goes up again takes it back."""
    assert actor.user is not None
    message = message_for(actor.user, message_id)
    User.objects.select_for_update().get(pk=actor.user)  # two thumbs at once take turns
    before = Feedback.objects.filter(message=message).values_list("rating", flat=True).first()
    described = feedback.rate(actor.user, message_id, rating, comment)
    target = Target(message.conversation_id, message.id)
    if rating == -1 and before != -1 and _may_come_before_somebody(message):
        raised = open_flag(target, FlagKind.DISLIKED, by=actor.user)
        if raised.is_new:
            log_flag(actor, target, raised.id, FlagKind.DISLIKED)
    elif rating != -1 and before == -1:
        _take_back(actor, target, FlagKind.DISLIKED)
    return described


@transaction.atomic
def report(actor: Actor, message_id: Any, reason: str | None) -> UUID:
    """Flag one's own question or reply; again: with the reason given last. The conversation's id.

    Raises `NotFound` for another one's, and `Conflict` where nobody would ever look at it.
    """
    assert actor.user is not None
    message = message_for(actor.user, message_id)
    reason = checked_reason(reason or "")
    if not _may_come_before_somebody(message):
        raise Conflict(
            "Nobody reviews this conversation, so a report would reach nobody.", code="not_reviewed"
        )
    target = Target(message.conversation_id, message.id)
    raised = open_flag(target, FlagKind.REPORTED, by=actor.user, reason=reason)
    if raised.is_new:
        log_flag(actor, target, raised.id, FlagKind.REPORTED)
    return message.conversation_id


@transaction.atomic
def take_report_back(actor: Actor, message_id: Any) -> UUID:
    """It was no report, where nobody has looked yet; else it is settled. Without one nothing happens."""
    assert actor.user is not None
    message = message_for(actor.user, message_id)
    _take_back(actor, Target(message.conversation_id, message.id), FlagKind.REPORTED)
    return message.conversation_id


def can_report(conversation: UUID) -> bool:
    """Whether a reviewer may come to see it."""
    return Conversation.objects.filter(flaggable(), id=conversation).exists()


def _may_come_before_somebody(message: Message) -> bool:
    return can_report(message.conversation_id)


def _take_back(actor: Actor, target: Target, kind: FlagKind) -> None:
    flag = Flag.objects.filter(message=target.message, kind=kind, resolved=None).select_for_update().first()
    if flag is None:
        return
    number = flag.pk
    if was_seen(target.conversation, flag):
        Flag.objects.filter(pk=number).update(resolved=timezone.now(), resolved_by=actor.user)
    else:
        # Where only what is flagged is reviewed, one that is left would leave the conversation to reviewers.
        flag.delete()
    details: dict[str, Detail | list[int]] = {"flags": [number], "kind": str(kind.value), "taken_back": True}
    record(actor, "resolve", "conversation", target.conversation, {**details, **target.details()})
