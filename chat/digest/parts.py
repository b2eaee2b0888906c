"""Reads what digests are made of: three queries, however many. What is hidden does not count."""

from collections import defaultdict
from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db.models import Count, Max, Q, Sum, UUIDField
from django.db.models.functions import Length

from chat.models import CompletionFigures, Conversation, ConversationDigest, Message
from chat.models.digest import FINISH_BITS, SOURCE_BITS, STATUS_BITS
from chat.statements import Among, Param, Select

OTHER: Final = FINISH_BITS["other"]


_KEYS = Param("conversations", UUIDField())
_conversations = Select(
    lambda: (
        Conversation.objects.filter(Among("id", _KEYS))
        .order_by("id")
        .values_list("id", "owner_id", "created", "updated", "temporary", "deleted")
    )
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
    )
)
_completions = Select(
    lambda: (
        CompletionFigures.objects.filter(
            Among("conversation_id", _KEYS), completion__message__deleted__isnull=True
        )
        .order_by()
        .values_list("conversation_id", "model", "status", "finish_reason", "source")
        .annotate(read=Sum("prompt_tokens"), written=Sum("completion_tokens"), last=Max("asked"))
    )
)


def read_parts(conversations: Collection[UUID]) -> list[ConversationDigest]:
    """Digests, not yet saved, of those that are still there. Figures are read, so they come first."""
    digests = {
        key: ConversationDigest(
            conversation_id=key,
            owner_id=owner,
            created=created,
            updated=updated,
            temporary=temporary,
            deleted=deleted,
        )
        for key, owner, created, updated, temporary, deleted in _conversations.rows(
            conversations=conversations
        )
    }
    _read_messages(digests)
    _read_completions(digests)
    return list(digests.values())


def _read_messages(digests: dict[UUID, ConversationDigest]) -> None:
    for key, count, length, liked, disliked, comments in _messages.rows(conversations=digests):
        digest = digests[key]
        digest.messages, digest.length = count, length or 0
        digest.liked, digest.disliked, digest.comments = liked, disliked, comments


def _read_completions(digests: dict[UUID, ConversationDigest]) -> None:
    used: dict[UUID, set[str]] = defaultdict(set)
    for key, model, status, finish, source, read, written, asked in _completions.rows(conversations=digests):
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
