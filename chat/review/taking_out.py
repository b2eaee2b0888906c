"""Reads the conversations of a set, a few at a time: memory holds one batch, however large the set is.

No transaction is open between two batches, and no cursor in the database: each begins after the id where the
one before ended. What is deleted, or may be reviewed no more, meanwhile, is left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from chat.access.conversations import parents_first
from chat.access.descriptions import describe_conversation, describe_message, timestamp
from chat.access.rows import their_attachments
from chat.access.running_text import read_pieces
from chat.models import Conversation, ConversationDigest, Flag, Message, Review
from chat.review.pseudonyms import pseudonym
from chat.review.scope import reviewable

IDS_AT_ONCE: Final = 5000
"""Looked up by one query of the filter, which may be a costly one: some 500 KB."""
MESSAGES_AT_ONCE: Final = 400
"""Read and encoded in some 50 ms: a thread of the database is held no longer, a cancel waits no longer."""
CHARACTERS_AT_ONCE: Final = 1_000_000

Judged = dict[str, dict[str, Any]]
"""Verdict and labels by the message's id; under the empty one those of the whole conversation."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One conversation as plain values: the tree as the API shows it, its user, what reviewers made of it."""

    conversation: dict[str, Any]
    user: str
    judged: Judged
    flags: list[dict[str, Any]]


@dataclass(slots=True)
class Reading:
    """Where a reader of the set is. Each call is a short piece of work in the database."""

    chosen: QuerySet[ConversationDigest]
    pseudonymised: bool
    ids_at_once: int = IDS_AT_ONCE
    messages_at_once: int = MESSAGES_AT_ONCE
    _ahead: list[tuple[UUID, int, int]] = field(default_factory=list)
    """Ids, with messages and characters, in falling order: the next one is the last."""
    _after: UUID | None = None
    _over: bool = False

    def total(self) -> int:
        return self.chosen.count()

    def next_batch(self) -> list[Taken] | None:
        """None at the end. Empty where all of a batch were deleted meanwhile."""
        if not self._ahead and not self._over:
            self._look_ahead()
        keys = list(self._some())
        return read(keys, pseudonymised=self.pseudonymised) if keys else None

    def _look_ahead(self) -> None:
        rows = self.chosen.order_by("conversation_id")
        if self._after is not None:
            rows = rows.filter(conversation_id__gt=self._after)
        found = list(rows.values_list("conversation_id", "messages", "length")[: self.ids_at_once])
        self._over = len(found) < self.ids_at_once
        if found:
            self._after = found[-1][0]
        self._ahead = found[::-1]

    def _some(self) -> Iterator[UUID]:
        messages = characters = 0
        while self._ahead:
            key, more, longer = self._ahead[-1]
            messages, characters = messages + max(more, 1), characters + longer
            if (messages > self.messages_at_once or characters > CHARACTERS_AT_ONCE) and messages > max(
                more, 1
            ):
                return
            self._ahead.pop()
            yield key


def read(keys: list[UUID], *, pseudonymised: bool) -> list[Taken]:
    """These conversations, in the order of their ids. Seven queries, however many they are."""
    pieces = read_pieces(completion__message__conversation__in=keys)
    conversations = list(
        Conversation.objects.filter(reviewable(), id__in=keys).select_related("owner").order_by("id")
    )
    kept = [row.id for row in conversations]
    messages: dict[UUID, list[Message]] = {key: [] for key in kept}
    rows = (
        Message.objects.filter(conversation__in=kept, deleted__isnull=True)
        .select_related("completion", "feedback")
        .prefetch_related(their_attachments())
        .order_by("id")
    )
    for message in rows:
        messages[message.conversation_id].append(message)
    judged, flags = _judged(kept), _flags(kept)
    taken = []
    for row in conversations:
        pieces.join(messages[row.id])
        described = describe_conversation(row)
        described["messages"] = [describe_message(each) for each in parents_first(messages[row.id])]
        owner = pseudonym(row.owner_id) if pseudonymised else row.owner.get_username()
        taken.append(Taken(described, owner, judged.get(row.id, {}), flags.get(row.id, [])))
    return taken


def _judged(keys: Iterable[UUID]) -> dict[UUID, Judged]:
    found: dict[UUID, Judged] = {}
    for review in Review.objects.filter(conversation__in=list(keys)).prefetch_related("labels"):
        of_message = "" if review.message_id is None else str(review.message_id)
        labels = [label.name for label in review.labels.all()]
        if review.verdict or labels:
            known = found.setdefault(review.conversation_id, {})
            known[of_message] = {"verdict": review.verdict or None, "labels": labels}
    return found


def _flags(keys: Iterable[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Without their reasons: what somebody wrote to the reviewers is for them."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    for flag in Flag.objects.filter(conversation__in=list(keys)).select_related("rule").order_by("id"):
        found.setdefault(flag.conversation_id, []).append(
            {
                "kind": flag.kind,
                "rule": flag.rule.name if flag.rule else None,
                "message": None if flag.message_id is None else str(flag.message_id),
                "raised": timestamp(flag.raised),
                "resolved": timestamp(flag.resolved),
            }
        )
    return found
