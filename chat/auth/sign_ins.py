"""Where users are signed in: a row for each session, so that its user can know it and end it.

A row says nothing about whether its session is good: `users_of_sessions` does. Rows whose session is
over are swept, and a session without a row (begun before there were any) is given one when it is seen.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone

from chat.auth.sessions import users_of_sessions
from chat.models import SignIn

SEEN_SECONDS = 300.0
"""`last_seen` is written this often at most, so that a page is not a write."""
MOST_REMEMBERED = 10_000
"""Sessions that a process remembers to have noted; of more, the oldest are noted once too often."""
SWEPT_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A browser in which somebody is signed in."""

    id: UUID
    user_agent: str
    address: str | None
    created: datetime
    last_seen: datetime
    is_this: bool


def begin(user_id: int, session_key: str, user_agent: str, address: str | None) -> None:
    """Note a session: a new one, or one that is seen again."""
    now = timezone.now()
    if SignIn.objects.filter(session_key=session_key, user_id=user_id).update(last_seen=now):
        return
    try:
        with transaction.atomic():
            # One that is another user's was left by a session store that gave a key out twice.
            SignIn.objects.filter(session_key=session_key).delete()
            SignIn.objects.create(
                user_id=user_id,
                session_key=session_key,
                user_agent=user_agent.replace("\0", "")[:300],
                address=address or None,
            )
    except IntegrityError:
        pass  # two pages of one session came at once: the other one noted it


def places_of(user: User, this_session: str | None) -> list[Place]:
    """Where this user is signed in now: this browser first, then the last seen."""
    rows = list(SignIn.objects.filter(user=user).order_by("-last_seen"))
    good = users_of_sessions([row.session_key for row in rows])
    places = [
        Place(
            row.id, row.user_agent, row.address, row.created, row.last_seen, row.session_key == this_session
        )
        for row in rows
        if row.session_key in good
    ]
    return sorted(places, key=lambda place: not place.is_this)


@transaction.atomic
def end(user: User, sign_in_id: UUID) -> bool:
    """Sign this user out of one browser. What is open there ends with its session, within two seconds."""
    row = SignIn.objects.filter(user=user, id=sign_in_id).first()
    if row is None:
        return False
    _end([row.session_key])
    return True


@transaction.atomic
def end_all(user: User, *, but: str | None = None) -> int:
    """Sign this user out everywhere, or everywhere but in the session `but`; in how many browsers it was."""
    keys = list(SignIn.objects.filter(user=user).values_list("session_key", flat=True))
    ended = [key for key in keys if key != but]
    _end(ended)
    return len(ended)


def forget(session_key: str) -> None:
    """The session ends by itself: somebody signed out."""
    SignIn.objects.filter(session_key=session_key).delete()


def renamed(before: str, now: str) -> None:
    """The session goes on under a new key."""
    SignIn.objects.filter(session_key=before).update(session_key=now)


def sweep() -> int:
    """Delete sessions that have expired, and the rows whose session is gone; how many rows that were."""
    expired = Session.objects.filter(expire_date__lt=timezone.now()).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(expired[:SWEPT_AT_ONCE])).delete()
    # A sign-in commits its row before the response saves the session: young rows are left alone.
    old = SignIn.objects.filter(last_seen__lt=timezone.now() - timedelta(hours=1))
    gone = old.exclude(session_key__in=Session.objects.values("session_key")).values_list("id", flat=True)
    swept, _ = SignIn.objects.filter(id__in=list(gone[:SWEPT_AT_ONCE])).delete()
    return swept


def _end(session_keys: list[str]) -> None:
    Session.objects.filter(session_key__in=session_keys).delete()
    SignIn.objects.filter(session_key__in=session_keys).delete()


class Seen:
    """Which sessions this process has noted within the last minutes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()  # pages run in threads
        self._noted: dict[str, float] = {}
        """In the order in which they were noted."""

    def is_due(self, session_key: str) -> bool:
        """Whether to note it now. Then it counts as noted."""
        now = self._clock()
        with self._lock:
            noted = self._noted.get(session_key)
            if noted is not None and now - noted < SEEN_SECONDS:
                return False
            self._noted.pop(session_key, None)
            self._noted[session_key] = now
            while len(self._noted) > MOST_REMEMBERED:
                del self._noted[next(iter(self._noted))]
            return True

    def forget(self) -> None:
        """Note every session again."""
        with self._lock:
            self._noted.clear()
