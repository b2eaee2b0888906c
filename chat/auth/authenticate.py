"""From credentials to a caller, or a refusal. Synchronous: runs in one hop on a database thread."""

from collections.abc import Iterable

from django.contrib.auth.models import User

from chat.auth.caller import Caller
from chat.auth.credentials import Credentials
from chat.auth.groups import groups_of
from chat.auth.keys import find_key, has_expired, note_use, unexpired
from chat.auth.sessions import users_of_sessions
from chat.auth.tickets import bad_ticket, read_ticket
from chat.errors import Unauthenticated
from chat.models import ApiKey


def authenticate(credentials: Credentials) -> Caller:
    """Who calls. Raises `Unauthenticated`.

    What was sent on purpose decides before what a browser adds by itself: a key before a ticket
    before a cookie, each alone, so that a bad one is never hidden by a good cookie beside it.
    """
    if credentials.bearer is not None:
        return _caller_by_key(credentials.bearer, credentials.address)
    if credentials.ticket is not None:
        return _caller_by_ticket(credentials.ticket)
    if credentials.session is not None:
        return _caller_by_session(credentials.session, credentials.page_of, credentials.address)
    raise Unauthenticated(
        "Sign in, or send an API key: `Authorization: Bearer <key>`.", code="missing_credentials"
    )


def still_valid(callers: Iterable[Caller]) -> set[Caller]:
    """Those whose key, session and account are still good: asked now and then for open streams and sockets.

    A query for the keys, one for the accounts and two for the sessions, whatever the number of callers.
    """
    asked = set(callers)
    accounts = _active({caller.user_id for caller in asked})
    key_ids = {caller.key_id for caller in asked if caller.key_id is not None}
    keys = set(ApiKey.objects.filter(unexpired(), pk__in=key_ids, revoked=None).values_list("pk", flat=True))
    sessions = users_of_sessions({caller.session_key for caller in asked if caller.session_key is not None})

    def is_valid(caller: Caller) -> bool:
        if caller.user_id not in accounts:
            return False
        if caller.session_key is not None:
            user = sessions.get(caller.session_key)
            return user is not None and user.pk == caller.user_id
        return caller.key_id is None or caller.key_id in keys

    return {caller for caller in asked if is_valid(caller)}


def _caller_by_key(key: str, address: str | None) -> Caller:
    row = find_key(key)
    if row is None:
        raise Unauthenticated("This API key is not valid, or was revoked.", code="invalid_api_key")
    if has_expired(row):
        raise Unauthenticated("This API key has expired. Make a new one.", code="invalid_api_key")
    note_use(row, address)
    user = row.user
    group_ids, quota = groups_of(user.pk)
    return Caller(
        user.pk,
        "key",
        key_id=row.pk,
        is_staff=user.is_staff,
        group_ids=group_ids,
        scopes=row.scopes,
        address=address,
        quota=quota,
        key_quota=row.quota,
    )


def _caller_by_ticket(ticket: str) -> Caller:
    reply, user_id, key_id = read_ticket(ticket)
    caller = Caller(user_id, "ticket", key_id=key_id, reply=reply)
    if not still_valid([caller]):
        raise bad_ticket()
    return caller


def _caller_by_session(session_key: str, page_of: str | None, address: str | None) -> Caller:
    user = users_of_sessions({session_key}).get(session_key)
    if user is None:
        raise Unauthenticated("Your session has ended. Sign in again.", code="session_expired")
    if page_of is not None and page_of != str(user.pk):
        raise Unauthenticated("Somebody else is signed in in this browser now.", code="another_user")
    group_ids, quota = groups_of(user.pk)
    return Caller(
        user.pk,
        "session",
        session_key=session_key,
        is_staff=user.is_staff,
        group_ids=group_ids,
        address=address,
        quota=quota,
    )


def _active(user_ids: set[int]) -> set[int]:
    return set(User.objects.filter(pk__in=user_ids, is_active=True).values_list("pk", flat=True))
