"""One-time links: invitations, and ways to a new password. The secret is shown once, and kept as a hash.

One that is unknown, used, revoked or expired is all the same to who follows it: None.
"""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from chat.models import OneTimeLink

Kind = OneTimeLink.Kind

DAYS = 7
"""How long a link is good where nobody says otherwise."""
MOST_DAYS = 365
PATHS = {Kind.INVITATION: "/join/", Kind.RESET: "/reset/"}


def hash_of(secret: str) -> str:
    """What is stored. A plain hash is enough: 256 random bits cannot be guessed, however fast."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make_link(
    kind: Kind, *, user: User | None = None, made_by: User | None = None, note: str = "", days: int = DAYS
) -> tuple[OneTimeLink, str]:
    """A link and its path, which is returned this once. `user`: whose password it will set."""
    secret = secrets.token_urlsafe(32)
    row = OneTimeLink.objects.create(
        kind=kind,
        hash=hash_of(secret),
        user=user,
        made_by=made_by,
        note=note,
        expires=timezone.now() + timedelta(days=days),
    )
    return row, f"{PATHS[kind]}{secret}/"


def find_link(kind: Kind, secret: str) -> OneTimeLink | None:
    """The link while it is good. Searched by hash, so that timing tells nothing about the secret."""
    return _good(kind).select_related("user").filter(hash=hash_of(secret)).first()


def take_link(kind: Kind, secret: str) -> OneTimeLink | None:
    """Use it up, within the caller's transaction: of two at once the second finds nothing to take."""
    link = find_link(kind, secret)
    now = timezone.now()
    # Guarded by columns of its own row: PostgreSQL looks at those again when it has waited for the other.
    if link is None or not OneTimeLink.objects.filter(pk=link.pk, used=None, expires__gt=now).update(
        used=now
    ):
        return None
    link.used = now
    return link


def revoke_links(links: QuerySet[OneTimeLink]) -> int:
    """End these before their time; how many were still good."""
    now = timezone.now()
    return links.filter(used=None, expires__gt=now).update(expires=now)


def _good(kind: Kind) -> QuerySet[OneTimeLink]:
    good = OneTimeLink.objects.filter(kind=kind, used=None, expires__gt=timezone.now())
    return good.filter(user__is_active=True) if kind == Kind.RESET else good
