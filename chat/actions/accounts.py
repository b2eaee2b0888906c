"""The end of an account: shut at once, and gone with all that it had once that is purged.

Under a legal hold the row stays, with its name: nobody gets in by it, and nothing of it is seen.
"""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from chat.actions.deleting import CONVERSATION_KEPT
from chat.actions.proofs import forget_proofs
from chat.audit import record
from chat.audit.log import SERVER
from chat.errors import Conflict
from chat.ids import new_id
from chat.models import ApiKey, Conversation, LegalHold, Message, OneTimeLink, SignIn
from chat.models.status import Status
from chat.statements import Select

GOING: Final = "deleted:"
"""Begins the name of an account that waits to be purged. No username may hold a colon, so no other does."""
ERASED: Final = "erased:"
"""The same, on request: what waits for a reviewer does not keep it, and no days are waited for."""
LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any time that a policy could wait for."""
AT_ONCE: Final = 20


@transaction.atomic
def shut_account(user_id: int, *, erased: bool = False) -> list[UUID]:
    """Nobody gets in any more and nothing of it is seen; its replies that still run and must be stopped.

    Its name is free at once. Raises `Conflict` for the last administrator, without whom nobody could
    look after the site.
    """
    # In their order, so that two administrators who leave at the same moment take turns.
    admins = list(User.objects.select_for_update().filter(is_superuser=True, is_active=True).order_by("pk"))
    if [admin.pk for admin in admins] == [user_id]:
        raise Conflict("The last administrator cannot leave.", code="last_administrator")
    user = User.objects.select_for_update().get(pk=user_id)
    keys = list(SignIn.objects.filter(user=user).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    SignIn.objects.filter(user=user).delete()
    OneTimeLink.objects.filter(user=user).delete()
    forget_proofs(user_id)
    moment = LONG_AGO if erased else _past_undoing()
    still_there = Q(deleted=None) | Q(deleted__gt=moment)
    Conversation.objects.filter(still_there, owner=user).update(deleted=moment)
    name = f"{ERASED if erased else GOING}{new_id().hex}"
    if LegalHold.objects.filter(user=user, lifted=None).exists():
        ApiKey.objects.filter(user=user, revoked=None).update(revoked=timezone.now())
        user.username = f"{name}:{user.username}"[:150]
    else:
        ApiKey.objects.filter(user=user).delete()
        user.username = name
        user.first_name = user.last_name = user.email = ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
    running = Message.objects.filter(conversation__owner=user, status=Status.STREAMING)
    return list(running.values_list("id", flat=True))


def purge_shut_accounts() -> int:
    """Delete the shut accounts whose conversations are purged and that are not held; how many they were."""
    return sum(_purge_account(key) for (key,) in _shut_accounts.rows())


def _shut() -> QuerySet[User, int]:
    shut = User.objects.filter(
        Q(username__startswith=GOING) | Q(username__startswith=ERASED), is_active=False
    ).exclude(Exists(LegalHold.objects.filter(user=OuterRef("pk"), lifted=None)))
    return shut.exclude(
        # Those that wait for what is kept of them, for days, are not looked at each second.
        Exists(Conversation.objects.filter(owner=OuterRef("pk"), deleted__isnull=False))
        & ~Exists(Conversation.objects.filter(owner=OuterRef("pk"), deleted__isnull=True))
    ).values_list("pk", flat=True)[:AT_ONCE]


_shut_accounts = Select(_shut)


@transaction.atomic
def _purge_account(user_id: int) -> int:
    # A hold on the account waits for this lock, or was there before it.
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None or LegalHold.objects.filter(user=user, lifted=None).exists():
        return 0
    kept = Conversation.objects.filter(owner=user)
    # A question that was on its way when the account was shut.
    moment = LONG_AGO if user.username.startswith(ERASED) else _past_undoing()
    kept.filter(deleted__isnull=True).update(deleted=moment)
    if kept.exists():
        return 0
    LegalHold.objects.filter(user=user).delete()
    user.delete()
    record(SERVER, "purge", "user", user_id)
    return 1


def _past_undoing() -> datetime:
    """There is nobody left who could bring it back: its time begins to run as if it were over already."""
    return timezone.now() - CONVERSATION_KEPT
