"""Lists of conversations, and one with its whole tree."""

import base64
import binascii
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.db.models import Q

from chat.access.descriptions import describe_conversation, describe_message
from chat.access.rows import conversation_for, conversations_of, their_attachments
from chat.access.running_text import read_pieces
from chat.errors import BadRequest
from chat.models import Conversation, Message
from chat.models.status import Status
from chat.search.found import conversations_with
from chat.search.query import parse
from chat.search.waiting import catch_up


class InTree(Protocol):
    """What has a place in a tree: a message, or as much of it as says where it stands."""

    @property
    def id(self) -> UUID: ...
    @property
    def parent_id(self) -> UUID | None: ...


T = TypeVar("T", bound=InTree)

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


def list_conversations(
    user_id: int,
    *,
    cursor: str | None = None,
    limit: int | None = None,
    q: str | None = None,
    archived: bool = False,
) -> dict[str, Any]:
    """A page of a user's conversations, pinned ones first, then the newest.

    `q`: those of which the title, or one of the messages, has all of these words.
    As `{"results": […], "next": cursor or null}`.
    """
    size = DEFAULT_LIMIT if limit is None else limit
    if not 1 <= size <= MAX_LIMIT:
        raise BadRequest(f"limit is a number from 1 to {MAX_LIMIT}.", param="limit")
    rows = conversations_of(user_id).filter(archived=archived, temporary=False)
    if q is not None and q.strip():
        catch_up()
        rows = rows.filter(id__in=conversations_with(parse(q), owner=user_id))
    if cursor is not None:
        pinned, updated, key = _read_cursor(cursor)
        after = Q(pinned=pinned) & (Q(updated__lt=updated) | Q(updated=updated, id__lt=key))
        rows = rows.filter(after | Q(pinned=False) if pinned else after)
    page = list(rows.order_by("-pinned", "-updated", "-id")[: size + 1])
    more = len(page) > size
    page = page[:size]
    return {
        "results": [describe_conversation(row) for row in page],
        "next": _make_cursor(page[-1]) if more else None,
    }


def answered_now(conversations: Collection[Any]) -> frozenset[str]:
    """Those in which a reply runs, by their ids. One query."""
    running = Message.objects.filter(conversation__in=conversations, status=Status.STREAMING)
    return frozenset(str(key) for key in running.values_list("conversation_id", flat=True))


def read_conversation(user_id: int, conversation_id: Any) -> dict[str, Any]:
    """A conversation with its messages, parents before children. Five queries, whatever its size."""
    conversation = conversation_for(user_id, conversation_id)
    pieces = read_pieces(completion__message__conversation=conversation)
    messages = list(
        Message.objects.filter(conversation=conversation, deleted__isnull=True)
        .select_related("completion", "feedback")
        .prefetch_related(their_attachments())
        .order_by("id")
    )
    pieces.join(messages)
    return describe_conversation(conversation) | {
        "messages": [describe_message(row) for row in parents_first(messages)]
    }


def parents_first(messages: Iterable[T]) -> list[T]:
    """The same in their order, but each after its parent: two servers' clocks need not agree on that."""
    placed: dict[UUID | None, T | None] = {None: None}
    waiting: dict[UUID, list[T]] = {}
    for message in messages:
        if message.parent_id is not None and message.parent_id not in placed:
            waiting.setdefault(message.parent_id, []).append(message)
            continue
        ready = [message]
        while ready:
            row = ready.pop()
            placed[row.id] = row
            if waiting:
                ready += reversed(waiting.pop(row.id, []))
    return [row for row in placed.values() if row is not None]


def _make_cursor(row: Conversation) -> str:
    text = f"{int(row.pinned)} {row.updated.isoformat()} {row.id.hex}"
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _read_cursor(cursor: str) -> tuple[bool, datetime, UUID]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        pinned, updated, key = text.split(" ")
        moment = datetime.fromisoformat(updated)
        if moment.tzinfo is None:
            raise ValueError(updated)
        return bool(int(pinned)), moment.astimezone(UTC), UUID(key)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise BadRequest("This cursor is not one that a list gave out.", param="cursor") from error
