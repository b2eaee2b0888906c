"""Delete an account: shut at once, and gone with all that it had once nothing of it runs any more."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from chat.actions.deleting import CONVERSATION_KEPT
from chat.errors import Conflict
from chat.ids import new_id
from chat.models import ApiKey, Conversation, Message, OneTimeLink, SignIn
from chat.models.status import Status

GOING = "deleted:"
"""Begins the name of an account that waits to be purged. No username may hold a colon, so no other does."""
AT_ONCE = 20


@transaction.atomic
def shut_account(user_id: int) -> list[UUID]:
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
    ApiKey.objects.filter(user=user).delete()
    OneTimeLink.objects.filter(user=user).delete()
    Conversation.objects.filter(owner=user).update(deleted=_past_undoing())
    user.username = f"{GOING}{new_id().hex}"
    user.first_name = user.last_name = user.email = ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
    running = Message.objects.filter(conversation__owner=user, status=Status.STREAMING)
    return list(running.values_list("id", flat=True))


def purge_shut_accounts() -> int:
    """Delete the shut accounts whose conversations are purged; how many they were."""
    shut = User.objects.filter(username__startswith=GOING, is_active=False)
    purged = 0
    for key in list(shut.values_list("pk", flat=True)[:AT_ONCE]):
        kept = Conversation.objects.filter(owner=key)
        # A question that was on its way when the account was shut.
        kept.filter(deleted__isnull=True).update(deleted=_past_undoing())
        if not kept.exists():
            shut.filter(pk=key).delete()
            purged += 1
    return purged


def _past_undoing() -> datetime:
    """There is nobody left who could bring it back: it is purged as soon as nothing of it runs."""
    return timezone.now() - CONVERSATION_KEPT
