"""What may be reviewed, whoever asks, superusers too. Conditions for `Conversation` or its digest."""

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q

from chat.models import Flag
from chat.review.keeping import kept


def reviewable() -> Q:
    """`CHAT_REVIEW` (off, flagged, all), without exempt groups; of what is deleted only what is kept."""
    return reviewed() & _there()


def reviewed() -> Q:
    """The same, deleted or not: for what is kept anyway, as all that waits in a queue is."""
    if settings.CHAT_REVIEW == "flagged":
        return within_policy() & Q(Exists(Flag.objects.filter(conversation=OuterRef("pk"))))
    return within_policy()


def flaggable() -> Q:
    """What a flag would bring before a reviewer: all but that the site reviews flagged ones alone."""
    return within_policy() & _there()


def within_policy() -> Q:
    """The same, deleted or not: what rules look at, so that deleting at once is no way around them."""
    if settings.CHAT_REVIEW == "off":
        return Q(pk__in=())
    within = Q()
    if settings.CHAT_TEMPORARY_CHATS != "reviewed":
        within &= Q(temporary=False)
    if settings.CHAT_REVIEW_EXEMPT_GROUPS:
        exempt = User.objects.filter(
            id=OuterRef("owner"), groups__name__in=settings.CHAT_REVIEW_EXEMPT_GROUPS
        )
        within &= ~Q(Exists(exempt))
    return within


def _there() -> Q:
    return Q(deleted__isnull=True) | kept()


def exempt_users() -> set[int]:
    """Whom no figures name and nobody reviews."""
    exempt = settings.CHAT_REVIEW_EXEMPT_GROUPS
    if not exempt:
        return set()
    return set(User.objects.filter(groups__name__in=exempt).values_list("pk", flat=True))


def is_reviewed(user_id: int) -> bool:
    """Whether this user's conversations may come before a reviewer: what their pages say."""
    if settings.CHAT_REVIEW == "off":
        return False
    exempt = settings.CHAT_REVIEW_EXEMPT_GROUPS
    return not (exempt and User.objects.filter(id=user_id, groups__name__in=exempt).exists())
