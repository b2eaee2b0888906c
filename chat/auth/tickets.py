"""Tickets: what an `EventSource`, which can send no header, carries in its address to follow one reply.

A ticket holds no time: it is good until some minutes after the reply's end, and only the service
knows when that was. Signed with the site's secret; never stored, and redacted in logs.
"""

from uuid import UUID

from django.core.signing import BadSignature, Signer

from chat.errors import Unauthenticated

_SEPARATOR = "."


def make_ticket(reply: UUID, user_id: int, key_id: UUID | None = None) -> str:
    """A ticket by which this reply may be followed on behalf of this user. Needs no quoting in a URL.

    One that was made for an API key is good as long as that key is.
    """
    key = "" if key_id is None else key_id.hex
    return _signer().sign(_SEPARATOR.join((reply.hex, str(user_id), key)))


def read_ticket(text: str) -> tuple[UUID, int, UUID | None]:
    """The reply, the user and the key of a ticket that we signed. Raises `Unauthenticated`."""
    try:
        reply, user_id, key = _signer().unsign(text).split(_SEPARATOR)
    except (BadSignature, ValueError) as error:
        raise bad_ticket() from error
    return UUID(hex=reply), int(user_id), UUID(hex=key) if key else None


def bad_ticket() -> Unauthenticated:
    """The refusal of a ticket that is not ours, is for another reply, or came too late."""
    return Unauthenticated(
        "This ticket is not valid, or has expired. Ask for a new stream_url, or send an API key.",
        code="invalid_ticket",
        param="ticket",
    )


def _signer() -> Signer:
    return Signer(sep=_SEPARATOR, salt="chat.auth.tickets")
