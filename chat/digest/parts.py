"""Reads what digests are made of: four queries, however many. What is hidden does not count."""

from collections import defaultdict
from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import Length

from chat.models import CompletionFigures, Conversation, ConversationDigest, Feedback, Message
from chat.models.digest import FINISH_BITS, SOURCE_BITS, STATUS_BITS

OTHER: Final = FINISH_BITS["other"]


def read_parts(conversations: Collection[UUID]) -> list[ConversationDigest]:
    """Digests, not yet saved, of those that are still there. Figures are read, so they come first."""
    rows = Conversation.objects.filter(id__in=conversations)
    fields = ("id", "owner_id", "created", "updated", "temporary", "deleted")
    digests = {
        key: ConversationDigest(
            conversation_id=key,
            owner_id=owner,
            created=created,
            updated=updated,
            temporary=temporary,
            deleted=deleted,
        )
        for key, owner, created, updated, temporary, deleted in rows.order_by("id").values_list(*fields)
    }
    _read_messages(digests)
    _read_completions(digests)
    _read_feedback(digests)
    return list(digests.values())


def _read_messages(digests: dict[UUID, ConversationDigest]) -> None:
    shown = Message.objects.filter(conversation__in=digests, deleted__isnull=True).order_by()
    # A running reply's text so far counts when it has ended.
    for key, count, length in shown.values_list("conversation_id").annotate(
        count=Count("id"), length=Sum(Length("content"))
    ):
        digests[key].messages, digests[key].length = count, length or 0


def _read_completions(digests: dict[UUID, ConversationDigest]) -> None:
    figures = CompletionFigures.objects.filter(
        conversation__in=digests, completion__message__deleted__isnull=True
    ).order_by()
    used: dict[UUID, set[str]] = defaultdict(set)
    groups = figures.values_list("conversation_id", "model", "status", "finish_reason", "source").annotate(
        read=Sum("prompt_tokens"), written=Sum("completion_tokens"), last=Max("asked")
    )
    for key, model, status, finish, source, read, written, asked in groups:
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


def _read_feedback(digests: dict[UUID, ConversationDigest]) -> None:
    given = Feedback.objects.filter(message__conversation__in=digests, message__deleted__isnull=True)
    counted = (
        given.order_by()
        .values_list("message__conversation_id")
        .annotate(
            liked=Count("id", filter=Q(rating=1)),
            disliked=Count("id", filter=Q(rating=-1)),
            comments=Count("id", filter=Q(comment__isnull=False) & ~Q(comment="")),
        )
    )
    for key, liked, disliked, comments in counted:
        digests[key].liked, digests[key].disliked, digests[key].comments = liked, disliked, comments
