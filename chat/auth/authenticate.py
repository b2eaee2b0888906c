"""From credentials to a caller, or a refusal. Synchronous: runs in one hop on a database thread."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.contrib.auth.models import User
from django.db.models import IntegerField

from chat.auth.caller import Caller
from chat.auth.credentials import Credentials
from chat.auth.groups import NO_GROUPS, groups_of, groups_of_all
from chat.auth.keys import GoodKey, find_key, note_use, unexpired_keys
from chat.auth.sessions import users_of_sessions
from chat.auth.tickets import bad_ticket, read_ticket
from chat.errors import Unauthenticated
from chat.statements import Among, Param, Select

_active = Select(
    lambda: User.objects.filter(Among("id", Param("users", IntegerField())), is_active=True).values_list(
        "pk", "is_staff"
    )
)


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
    """Those whose key, session and account are still good.

    A query for the keys, one for the accounts and two for the sessions, whatever the number of callers.
    """
    return {caller for caller, _, _ in _valid(set(callers))}


def as_of_now(callers: Iterable[Caller]) -> dict[Caller, Caller]:
    """The same with what they may do and use now: asked now and then for open streams and sockets.

    One query more, for the groups.
    """
    valid = list(_valid(set(callers)))
    groups = groups_of_all({caller.user_id for caller, _, _ in valid if caller.via != "ticket"})
    found = {}
    for caller, key, is_staff in valid:
        now = caller
        if caller.via != "ticket":  # which is good for following alone
            group_ids, quota = groups.get(caller.user_id, NO_GROUPS)
            now = replace(caller, is_staff=is_staff, group_ids=group_ids, quota=quota)
        if caller.via == "key" and key is not None:
            now = replace(now, scopes=key.scopes, key_quota=key.quota)
        found[caller] = now
    return found


def _valid(asked: set[Caller]) -> Iterator[tuple[Caller, GoodKey | None, bool]]:
    """Those, each with its key as it is now, and whether its user is staff."""
    staff = _staff_by_user({caller.user_id for caller in asked})
    keys = unexpired_keys({caller.key_id for caller in asked if caller.key_id is not None})
    session_keys = {caller.session_key for caller in asked if caller.session_key is not None}
    sessions = users_of_sessions(session_keys) if session_keys else {}

    def is_valid(caller: Caller) -> bool:
        if caller.user_id not in staff:
            return False
        if caller.session_key is not None:
            user = sessions.get(caller.session_key)
            return user is not None and user.pk == caller.user_id
        return caller.key_id is None or caller.key_id in keys

    for caller in asked:
        if is_valid(caller):
            key = None if caller.key_id is None else keys[caller.key_id]
            yield caller, key, staff[caller.user_id]


def _caller_by_key(key: str, address: str | None) -> Caller:
    good = find_key(key)
    if good is None:
        raise Unauthenticated("This API key is not valid, or was revoked.", code="invalid_api_key")
    if good.has_expired:
        raise Unauthenticated("This API key has expired. Make a new one.", code="invalid_api_key")
    note_use(good, address)
    group_ids, quota = groups_of(good.user_id)
    return Caller(
        good.user_id,
        "key",
        key_id=good.id,
        is_staff=good.is_staff,
        group_ids=group_ids,
        scopes=good.scopes,
        address=address,
        quota=quota,
        key_quota=good.quota,
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


def _staff_by_user(user_ids: set[int]) -> dict[int, bool]:
    """Of those whose account is active: whether they are staff."""
    return {user: bool(is_staff) for user, is_staff in (_active.rows(users=user_ids) if user_ids else ())}
