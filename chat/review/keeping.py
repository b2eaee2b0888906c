"""What no deletion passes: held, or still to be looked at. Conditions for `Conversation` or its digest."""

from django.db.models import Exists, OuterRef, Q

from chat.models import Flag, LegalHold, Review


def held() -> Q:
    """Under a legal hold that was not lifted: its own, or its owner's."""
    active = LegalHold.objects.filter(lifted=None)
    return Q(Exists(active.filter(conversation=OuterRef("pk")))) | Q(
        Exists(active.filter(user=OuterRef("owner")))
    )


def queued() -> Q:
    """With an open flag, escalated, or given to somebody who has not judged it yet."""
    given = Review.objects.filter(conversation=OuterRef("pk"), message=None)
    waiting = Q(escalated=True) | Q(assignee__isnull=False, verdict="")
    return Q(Exists(Flag.objects.filter(conversation=OuterRef("pk"), resolved=None))) | Q(
        Exists(given.filter(waiting))
    )


def kept() -> Q:
    """What stays, however long ago it was deleted."""
    return held() | queued()
