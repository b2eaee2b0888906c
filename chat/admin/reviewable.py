"""What reviewers are shown of what users keep here."""

from django.conf import settings
from django.db.models import Q


def reviewable(prefix: str = "") -> Q:
    """Of conversations: nothing that was deleted, and no temporary one unless the site says so."""
    shown = Q(**{f"{prefix}deleted__isnull": True})
    if settings.CHAT_TEMPORARY_CHATS != "reviewed":
        shown &= Q(**{f"{prefix}temporary": False})
    return shown
