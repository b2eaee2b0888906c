"""The users behind session cookies, read as `django.contrib.auth` would, but without its writes.

`django.contrib.auth.get_user` renews or flushes a session whose secret changed and counts on a
middleware to send the new cookie. An API answer or a socket sends none, so this never writes.
Sessions are rows of the database (the engines `db` and `cached_db`).
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare


def users_of_sessions(session_keys: Collection[str]) -> dict[str, User]:
    """The active user of each session that is signed in, in two queries whatever their number."""
    # PostgreSQL takes no NUL, and a quoted cookie value can hold one.
    wanted = [key for key in session_keys if "\0" not in key]
    rows = Session.objects.filter(session_key__in=wanted, expire_date__gt=timezone.now())
    store = SessionStore()
    sessions = {row.session_key: store.decode(row.session_data) for row in rows}
    user_ids = {key: int(session[SESSION_KEY]) for key, session in sessions.items() if SESSION_KEY in session}
    users = User.objects.filter(is_active=True).in_bulk(set(user_ids.values()))
    return {
        key: user
        for key, user_id in user_ids.items()
        if (user := users.get(user_id)) is not None and _signed_in(sessions[key], user)
    }


def has_second_factor(session: Any) -> bool:
    """Whether it was begun with one, or by single sign-on, whose provider asks for what it wants."""
    proofs = session.get("account_authentication_methods", ())  # allauth's
    return any(proof["method"] in ("mfa", "socialaccount") for proof in proofs)


def _signed_in(session: Mapping[str, Any], user: User) -> bool:
    """Whether the session was made by a backend still in use and with the user's present password."""
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return False
    if settings.CHAT_SECOND_FACTOR == "required" and not has_second_factor(session):
        return False
    given = session.get(HASH_SESSION_KEY, "")
    return any(
        constant_time_compare(given, good)
        for good in (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    )
