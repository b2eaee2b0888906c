"""Legal holds: made on a user or a conversation, and lifted. While one is there no deletion passes."""

from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from chat.audit import Actor, record
from chat.errors import Conflict, NotFound
from chat.models import Conversation, LegalHold


@transaction.atomic
def hold(actor: Actor, reason: str, *, user: int | None = None, conversation: UUID | None = None) -> int:
    """Hold one of the two; the hold's number. What is purged at this moment is `NotFound`."""
    # Under the lock that a deletion takes: it is over, or it finds the hold.
    there = False
    if user is not None:
        there = User.objects.select_for_update().filter(pk=user).exists()
    elif conversation is not None:
        there = Conversation.objects.select_for_update().filter(pk=conversation).exists()
    if not there:
        raise NotFound("There is no such user or conversation.")
    row = LegalHold.objects.create(
        user_id=user, conversation_id=conversation, reason=reason, made_by_id=actor.user
    )
    kind, key = ("conversation", conversation) if user is None else ("user", user)
    assert key is not None
    record(actor, "hold", kind, key, {"hold": row.pk})
    return row.pk


@transaction.atomic
def lift(actor: Actor, number: int) -> None:
    """What was deleted meanwhile goes for good soon after. Raises `Conflict` where it was lifted already."""
    row = LegalHold.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise NotFound("There is no such hold.")
    if row.lifted is not None:
        raise Conflict("This hold was lifted already.", code="lifted")
    row.lifted = timezone.now()
    row.lifted_by_id = actor.user
    row.save(update_fields=["lifted", "lifted_by"])
    kind, key = ("conversation", row.conversation_id) if row.user_id is None else ("user", row.user_id)
    record(actor, "lift_hold", kind, str(key), {"hold": number})
