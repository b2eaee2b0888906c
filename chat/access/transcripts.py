"""A reply's row, read as what a follower needs of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chat.access.rows import as_uuid, no_such
from chat.access.running_text import read_pieces
from chat.models import Completion, Message
from chat.models.message import Role
from chat.models.status import Status
from chat.parts import tool_calls_of


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """A reply as saved now. Lengths are code points.

    `epochs` are (completion, reasoning start, text start), in their order.
    """

    id: UUID
    conversation: UUID
    owner: int
    request: UUID | None
    model: str
    status: str
    text: str
    reasoning: str
    epochs: tuple[tuple[UUID, int, int], ...]
    server: UUID | None
    finish_reason: str | None
    usage: dict[str, Any] | None
    error: dict[str, Any] | None
    ended: datetime | None
    deleted: bool
    tool_calls: tuple[dict[str, Any], ...] = ()


def read_reply(reply_id: Any, *, user_id: int | None = None, hidden: bool = False) -> ReplyRow:
    """The reply; of this user only, where one is given. `hidden`: also one that was deleted."""
    key = as_uuid(reply_id, "message")
    # Of another's nothing is read at all: how long it takes tells nobody that it runs.
    owned = {} if user_id is None else {"conversation__owner": user_id}
    pieces = read_pieces(
        completion__message=key, **{f"completion__message__{name}": whose for name, whose in owned.items()}
    )
    rows = Message.objects.filter(id=key, role=Role.ASSISTANT, **owned)
    if not hidden:
        rows = rows.filter(conversation__deleted__isnull=True, deleted__isnull=True)
    message = rows.select_related("conversation", "completion").first()
    if message is None or message.completion is None:
        raise no_such("message")
    pieces.join([message])
    completion = message.completion
    # A `continue` may have opened another one since the message was read: it is not of this reading.
    epochs = message.completions.filter(number__lte=completion.number).order_by("number")
    return ReplyRow(
        id=message.id,
        conversation=message.conversation_id,
        owner=message.conversation.owner_id,
        request=message.parent_id,
        model=message.model,
        status=message.status,
        text=message.content,
        reasoning=message.reasoning,
        epochs=tuple(epochs.values_list("id", "reasoning_start", "text_start")),
        server=completion.server_id,
        finish_reason=completion.finish_reason,
        usage=completion.usage,
        error=completion.error,
        ended=completion.ended,
        deleted=(message.deleted or message.conversation.deleted) is not None,
        tool_calls=tool_calls_of(message.parts),
    )


def where_it_runs(reply: UUID, user_id: int) -> tuple[UUID | None, UUID] | None:
    """The process and the conversation of this user's reply; None where none such runs. One small query."""
    rows = Message.objects.filter(
        id=reply,
        status=Status.STREAMING,
        deleted__isnull=True,
        conversation__owner_id=user_id,
        conversation__deleted__isnull=True,
    )
    return rows.values_list("completion__server_id", "conversation_id").first()


def owner_of(epoch: UUID) -> tuple[int, UUID] | None:
    """Whose reply a completion writes into, and in which conversation; None where its rows are gone."""
    rows = Completion.objects.filter(id=epoch)
    return rows.values_list("message__conversation__owner_id", "message__conversation_id").first()


def request_hashes_of(user_id: int, reply: UUID, epoch: UUID) -> frozenset[str]:
    """The calls that began this completion of a reply and the earlier ones, as hashes.

    All of them: a stream that the first call opened goes on across a `continue`, with its ids.
    """
    completions = Completion.objects.filter(
        message_id=reply,
        message__conversation__owner_id=user_id,
        message__conversation__deleted__isnull=True,
        message__deleted__isnull=True,
    )
    hashes = dict(completions.order_by("number").values_list("id", "request_hash"))
    if epoch not in hashes:
        raise no_such("message")
    upto = list(hashes).index(epoch) + 1
    return frozenset(list(hashes.values())[:upto])
