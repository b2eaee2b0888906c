"""Makes digests: three queries and a statement, however many. What is hidden does not count."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Max, Q, Sum, UUIDField
from django.db.models.functions import Length

from chat.models import CompletionFigures, Conversation, ConversationDigest, Message
from chat.models.digest import FINISH_BITS, SOURCE_BITS, STATUS_BITS
from chat.statements import Among, Param, Select, Upsert

OTHER: Final = FINISH_BITS["other"]


_KEYS = Param("conversations", UUIDField())
_conversations = Select(
    lambda: (
        Conversation.objects.filter(Among("id", _KEYS))
        .order_by("id")
        .values_list("id", "owner_id", "created", "updated", "temporary", "deleted")
    ),
    as_stored=(0, 2, 4, 5),
)
# A running reply's text so far counts when it has ended.
_messages = Select(
    lambda: (
        Message.objects.filter(Among("conversation_id", _KEYS), deleted__isnull=True)
        .order_by()
        .values_list("conversation_id")
        .annotate(
            count=Count("id"),
            length=Sum(Length("content")),
            liked=Count("feedback", filter=Q(feedback__rating=1)),
            disliked=Count("feedback", filter=Q(feedback__rating=-1)),
            comments=Count("feedback", filter=Q(feedback__comment__isnull=False) & ~Q(feedback__comment="")),
        )
    ),
    as_stored=(0,),
)
_completions = Select(
    lambda: (
        CompletionFigures.objects.filter(
            Among("conversation_id", _KEYS), completion__message__deleted__isnull=True
        )
        .order_by()
        .values_list("conversation_id", "model", "status", "finish_reason", "source")
        .annotate(read=Sum("prompt_tokens"), written=Sum("completion_tokens"), last=Max("asked"))
    ),
    as_stored=(0,),
)
_put = Upsert(ConversationDigest, as_stored=("conversation_id", "created", "temporary", "deleted"))


@dataclass
class _Parts:
    """`ConversationDigest` in the making, by its names; `Any` is as the database stores it."""

    conversation_id: Any
    owner_id: int
    created: Any
    updated: datetime
    temporary: Any
    deleted: Any
    messages: int = 0
    length: int = 0
    tokens: int = 0
    statuses: int = 0
    finishes: int = 0
    sources: int = 0
    liked: int = 0
    disliked: int = 0
    comments: int = 0
    models_used: Sequence[str] = ()


def put_digests(conversations: Collection[UUID]) -> None:
    """Of those that are still there. Figures are read, so they come first."""
    digests = {row[0]: _Parts(*row) for row in _conversations.rows(conversations=conversations)}
    _read_messages(conversations, digests)
    _read_completions(conversations, digests)
    _put(map(vars, digests.values()))


def _read_messages(conversations: Collection[UUID], digests: dict[Any, _Parts]) -> None:
    for key, count, length, liked, disliked, comments in _messages.rows(conversations=conversations):
        digest = digests[key]
        digest.messages, digest.length = count, length or 0
        digest.liked, digest.disliked, digest.comments = liked, disliked, comments


def _read_completions(conversations: Collection[UUID], digests: dict[Any, _Parts]) -> None:
    used: dict[Any, set[str]] = defaultdict(set)
    rows = _completions.rows(conversations=conversations)
    for key, model, status, finish, source, read, written, asked in rows:
        digest = digests[key]
        used[key].add(model)
        digest.statuses |= STATUS_BITS.get(status, 0)
        digest.finishes |= FINISH_BITS.get(finish, OTHER) if finish else 0
        digest.sources |= SOURCE_BITS.get(source, 0)
        digest.tokens += read + written
        # Going on with a reply does not bring its conversation up in its owner's list; here it was asked.
        digest.updated = max(digest.updated, asked)
    for key, models in used.items():
        digests[key].models_used = sorted(models)
