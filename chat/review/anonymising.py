"""A conversation loses its tie to its user: what was said stays, under an account that is nobody's.

It cannot know what a text says about its writer: docs/review.md tells what goes and what stays.
"""

from typing import Final

from django.conf import settings
from django.contrib.auth.models import Group, User

from chat.digest.stale import note_change
from chat.models import (
    Attachment,
    CompletionFigures,
    Conversation,
    ConversationDigest,
    Flag,
    IdempotencyKey,
    LegalHold,
    Share,
)
from chat.search import index

NOBODY: Final = "anonymous:"
"""Begins the name of the accounts that own what was anonymised. No username may hold a colon."""


def anonymise(conversation: Conversation) -> None:
    """In the caller's transaction, under the conversation's lock."""
    key, former = conversation.id, conversation.owner_id
    nobody = _nobody_like(former)
    Share.objects.filter(conversation=key).delete()  # a copy of its own, and the name of its author
    Attachment.objects.filter(message__conversation=key).delete()
    IdempotencyKey.objects.filter(reply__conversation=key).delete()
    Flag.objects.filter(conversation=key, raised_by=former).update(raised_by=None)
    LegalHold.objects.filter(conversation=key).exclude(lifted=None).delete()
    # What its user deleted in it was not to be kept for anybody.
    conversation.messages.filter(deleted__isnull=False).delete()
    conversation.owner = nobody
    conversation.system_prompt = conversation.imported_from = ""
    conversation.pinned = False
    conversation.save(update_fields=["owner", "system_prompt", "imported_from", "pinned"])
    for narrow in (ConversationDigest, CompletionFigures):
        narrow.objects.filter(conversation=key).update(owner=nobody)
    index.put_conversation(key)
    note_change(key)


def is_anonymous(prefix: str = "owner__") -> dict[str, str]:
    """A condition, as keyword arguments of a filter."""
    return {f"{prefix}username__startswith": NOBODY}


def _nobody_like(user_id: int) -> User:
    """The account for what nobody owns. Of what nobody may review, one that is in the same exempt groups."""
    exempt = Group.objects.filter(name__in=settings.CHAT_REVIEW_EXEMPT_GROUPS, user=user_id).order_by("id")
    groups = list(exempt)
    name = NOBODY + ("-".join(str(group.pk) for group in groups) or "all")
    nobody, is_new = User.objects.get_or_create(username=name, defaults={"is_active": False})
    if is_new:
        nobody.set_unusable_password()
        nobody.save(update_fields=["password"])
    nobody.groups.add(*groups)
    return nobody
