"""The one audited reader: nobody is given another user's text but by these functions.

Each checks the permission and the scope, and writes its entry to the audit log in the transaction that
reads, before anything is returned: what cannot be logged is not read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper
from django.utils import timezone

from chat.access.completions import read_completions
from chat.access.descriptions import describe_attachment
from chat.access.rows import as_uuid, no_such
from chat.access.trees import Tree, read_messages, tree_of
from chat.audit import Actor, record
from chat.audit.log import Detail
from chat.digest.costs import Prices, read_prices
from chat.errors import BadRequest, Forbidden, NotFound
from chat.files import folder
from chat.models import Attachment, AuditEntry, Conversation, Message
from chat.review.keeping import kept
from chat.review.overview import Overview, overview_of
from chat.review.scope import reviewable

PERMISSION: Final = "chat.review_conversations"
REASONS: Final = ("complaint", "safety", "quality", "billing", "other")
"""Why somebody reads, where the site asks. The kind alone is kept: a sentence would be about somebody."""
SAME_READING: Final = timedelta(minutes=30)
"""How long the open page may fetch again what it shows, or come back to a stream, without another entry.

As long as the longest replies take: what it fetches is how that ended which the entry says was opened. What
came later than that entry is a reading of its own.
"""

Choose = Callable[[Tree], Sequence[str]]


class NeedsReason(BadRequest):
    """The site asks why a conversation is read, and nobody said."""

    code = "reason_required"


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation as its owner sees it, and what only reviewers are shown of it."""

    owner: User
    deleted: datetime | None
    tree: Tree
    messages: dict[str, dict[str, Any]]
    """Those that were chosen, as `chat.access` describes messages, by their ids."""
    completions: dict[str, list[dict[str, Any]]]
    overview: Overview
    prices: Prices
    """Of all models: what each call cost is told beside it."""


def every_message(tree: Tree) -> list[str]:
    return [node["id"] for node in tree.nodes]


@transaction.atomic
def open_conversation(
    actor: Actor,
    conversation_id: Any,
    *,
    choose: Choose = every_message,
    target: UUID | None = None,
    reason: str | None = None,
) -> Opened:
    """The conversation with the messages that `choose` takes of its tree; an entry `read`.

    Deleted messages are in it only where the conversation is kept for review.
    Raises `Forbidden`, `NotFound` for what is out of scope, and `NeedsReason`.
    """
    row = _admitted(actor, conversation_id, reason)
    tree = tree_of(row, hidden=row.is_kept)  # type: ignore[attr-defined]
    wanted, prices = choose(tree), read_prices()
    opened = Opened(
        owner=row.owner,
        deleted=row.deleted,
        tree=tree,
        messages=read_messages(tree, wanted),
        completions=read_completions(wanted),
        overview=overview_of(row.id, prices),
        prices=prices,
    )
    details = {"messages": len(opened.messages)} | _at(target) | _why(reason)
    record(actor, "read", "conversation", row.id, details)
    return opened


@transaction.atomic
def read_message(actor: Actor, conversation_id: Any, message_id: Any, *, reason: str | None = None) -> Opened:
    """One message as it is now: how a reply ended that the open page saw begin.

    An entry `read_message`, unless the reader opened the conversation a short while ago (`SAME_READING`).
    """
    row = _admitted(actor, conversation_id, reason)
    key = as_uuid(message_id, "message")
    tree = tree_of(row, hidden=row.is_kept)  # type: ignore[attr-defined]
    messages = read_messages(tree, [str(key)]) if str(key) in every_message(tree) else {}
    if not messages:
        raise no_such("message")
    prices = read_prices()
    opened = Opened(
        owner=row.owner,
        deleted=row.deleted,
        tree=tree,
        messages=messages,
        completions=read_completions([str(key)]),
        overview=overview_of(row.id, prices),
        prices=prices,
    )
    created = Message.objects.values_list("created", flat=True).get(id=key)
    if not _entries(actor, row.id, since=created).exists():
        record(actor, "read_message", "conversation", row.id, _at(key) | _why(reason))
    return opened


def read_file(
    actor: Actor, conversation_id: Any, file_id: Any, *, reason: str | None = None
) -> tuple[dict[str, Any], bytes]:
    """A file of a question: what it is, and its bytes; an entry `read_file`."""
    with transaction.atomic():
        row = _admitted(actor, conversation_id, reason)
        rows = Attachment.objects.filter(id=as_uuid(file_id, "attachment"), message__conversation=row)
        if not row.is_kept:  # type: ignore[attr-defined]
            rows = rows.filter(message__deleted=None)
        file = rows.defer("text").first()
        if file is None:
            raise no_such("attachment")
        details = {"file": str(file.id)} | _at(file.message_id) | _why(reason)
        record(actor, "read_file", "conversation", row.id, details)
    try:
        # Not within the transaction: a slow disk must not hold back all who write.
        return describe_attachment(file), folder.read(file.file)
    except FileNotFoundError as error:
        raise NotFound("The file is not there any more.", code="file_lost") from error


@transaction.atomic
def follow(actor: Actor, conversation_id: Any, reply_id: Any, *, reason: str | None = None) -> UUID:
    """Admit somebody to a running reply; an entry `follow`, unless they come back to the same one."""
    row = _admitted(actor, conversation_id, reason)
    key = as_uuid(reply_id, "message")
    replies = Message.objects.filter(id=key, conversation=row, role="assistant")
    if not row.is_kept:  # type: ignore[attr-defined]
        replies = replies.filter(deleted=None)
    if not replies.exists():
        raise no_such("message")
    again = _entries(actor, row.id).filter(action="follow").values_list("details", flat=True)
    if not any(known.get("message") == str(key) for known in again):
        record(actor, "follow", "conversation", row.id, _at(key) | _why(reason))
    return key


def may_open(actor: Actor, conversation_id: Any) -> bool:
    """Whether there is such a conversation for them: asked before a page asks for the reason."""
    key = as_uuid(conversation_id, "conversation")
    return _may_read(actor) and Conversation.objects.filter(reviewable(), id=key).exists()


def has_newer(actor: Actor, conversation_id: UUID, message: UUID) -> bool:
    """Whether it went on after that message. No entry: nothing of it is told but that."""
    if not may_open(actor, conversation_id):
        raise no_such("conversation")
    return Message.objects.filter(conversation=conversation_id, id__gt=message, deleted=None).exists()


def is_reading(actor: Actor, conversation: UUID) -> bool:
    """Whether this reader opened it a short while ago: what was said of it may then be shown again."""
    return bool(_entries(actor, conversation).exists())


def _admitted(actor: Actor, conversation_id: Any, reason: str | None) -> Conversation:
    """The row, with its owner, and `is_kept`: whether it is kept for review whatever its owner deletes."""
    if not _may_read(actor):
        raise Forbidden("You may not read the conversations of other users.")
    key = as_uuid(conversation_id, "conversation")
    rows = Conversation.objects.filter(reviewable(), id=key).select_related("owner")
    row = rows.annotate(is_kept=ExpressionWrapper(kept(), BooleanField())).first()
    if row is None:
        raise no_such("conversation")
    if reason is not None and reason not in REASONS:
        raise BadRequest("There is no such reason.", param="reason")
    if settings.CHAT_REVIEW_REASON and reason is None:
        raise NeedsReason("Say why you read this conversation.", param="reason")
    return row


def _may_read(actor: Actor) -> bool:
    """Asked here, whatever the page asked: a page that forgot gives nothing away."""
    if actor.user is None:
        return False
    user = User.objects.filter(id=actor.user, is_active=True, is_staff=True).first()
    return user is not None and user.has_perm(PERMISSION)


def _entries(actor: Actor, conversation: UUID, *, since: datetime | None = None) -> Any:
    """This reader's lately written entries about it; not those from before `since`."""
    begin = timezone.now() - SAME_READING
    return AuditEntry.objects.filter(
        kind="conversation",
        object=str(conversation),
        actor=actor.user,
        action__in=("read", "read_message", "follow"),
        at__gte=begin if since is None else max(begin, since),
    )


def _at(message: UUID | None) -> dict[str, Detail]:
    return {} if message is None else {"message": str(message)}


def _why(reason: str | None) -> dict[str, Detail]:
    return {} if reason is None else {"reason": reason}
