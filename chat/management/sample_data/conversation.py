"""One made-up conversation: its messages, replies in every state, what was thought of them, and the rest."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from chat.management.sample_data.people import People
from chat.management.sample_data.tables import Rows, put_entries
from chat.management.sample_data.texts import Sentence, Texts
from chat.models import (
    Completion,
    CompletionFigures,
    Conversation,
    ConversationDigest,
    Feedback,
    Flag,
    Message,
    Review,
)
from chat.models.digest import FINISH_BITS, SOURCE_BITS, STATUS_BITS

MODELS: Final = ("gpt-4.1", "gpt-4.1-mini", "qwen3-32b", "llama-3.3-70b", "deepseek-r1", "pilot-model")
MODEL_WEIGHTS: Final = (40, 30, 15, 10, 5, 0.02)
STATUSES: Final = ("complete", "stopped", "interrupted", "failed")
STATUS_WEIGHTS: Final = (92, 4, 2, 2)
SOURCES: Final = ("page", "api", "websocket", "openai", "import")
SOURCE_WEIGHTS: Final = (70, 15, 8, 5, 2)


@dataclass(slots=True)
class Batch:
    """Rows that are written together."""

    conversations: Rows = field(
        default_factory=lambda: Rows(
            Conversation, "id", "owner_id", "title", "title_source", "active_id", "created", "updated"
        )
    )
    messages: Rows = field(
        default_factory=lambda: Rows(
            Message,
            *("id", "conversation_id", "parent_id", "role", "content", "status", "model", "completion_id"),
            "created",
        )
    )
    completions: Rows = field(
        default_factory=lambda: Rows(
            Completion,
            *("id", "message_id", "number", "source", "connection", "model", "status", "finish_reason"),
            *("usage", "error", "created", "started", "first_token", "first_text", "ended", "looked_at"),
        )
    )
    figures: Rows = field(
        default_factory=lambda: Rows(
            CompletionFigures,
            *("completion_id", "conversation_id", "owner_id", "asked", "model", "status", "finish_reason"),
            *("error_code", "source", "prompt_tokens", "completion_tokens", "first_token_ms", "stream_ms"),
            "rating",
        )
    )
    digests: Rows = field(
        default_factory=lambda: Rows(
            ConversationDigest,
            *("conversation_id", "owner_id", "updated", "created", "messages", "length", "tokens"),
            *("statuses", "finishes", "sources", "liked", "disliked", "comments", "models_used"),
        )
    )
    feedback: Rows = field(
        default_factory=lambda: Rows(Feedback, "message_id", "rating", "comment", "updated")
    )
    flags: Rows = field(
        default_factory=lambda: Rows(
            Flag, "conversation_id", "message_id", "kind", "rule_id", "raised", "resolved"
        )
    )
    reviews: Rows = field(
        default_factory=lambda: Rows(Review, "conversation_id", "verdict", "escalated", "updated")
    )
    entries: list[tuple[int, int, UUID, UUID | None, str]] = field(default_factory=list)
    labelled: list[tuple[UUID, int]] = field(default_factory=list)

    def put(self) -> None:
        for rows in (
            *(self.conversations, self.messages, self.completions, self.figures, self.digests),
            *(self.feedback, self.flags, self.reviews),
        ):
            rows.put()
        put_entries(self.entries)
        if self.labelled:
            reviews = dict(
                Review.objects.filter(conversation__in=[key for key, _ in self.labelled]).values_list(
                    "conversation_id", "id"
                )
            )
            given = Review.labels.through
            given._default_manager.bulk_create(
                given(review_id=reviews[key], label_id=label) for key, label in self.labelled
            )


@dataclass(slots=True)
class Sums:
    """What the digest says of it."""

    length: int = 0
    tokens: int = 0
    statuses: int = 0
    finishes: int = 0
    liked: int = 0
    disliked: int = 0
    comments: int = 0
    models: set[str] = field(default_factory=set)


class Writer:
    """Adds conversations to batches. All chance is one: the same seed gives the same set."""

    def __init__(self, chance: Random, people: People, texts: Texts, *, entry: int) -> None:
        self._chance = chance
        self._people = people
        self._texts = texts
        self._entry = entry

    def write(self, batch: Batch, begin: datetime, count: int) -> None:
        """One of `count` messages that begins then."""
        chance = self._chance
        owner = chance.choices(self._people.users, self._people.weights)[0]
        is_chinese = chance.random() < 0.3
        source = chance.choices(SOURCES, SOURCE_WEIGHTS)[0]
        title = self._texts.text(1, chinese=is_chinese)
        key, sums = self.id_at(begin), Sums()
        self._index(batch, owner, key, None, title.words)
        question = reply = None
        moment = begin
        for place in range(count):
            moment += timedelta(seconds=chance.randint(5, 90))
            # Now and then the same is asked once more: another branch.
            if place % 2 == 0 and not (question and reply and chance.random() < 0.05):
                question, reply = self._question(batch, owner, key, reply, is_chinese, moment, sums), None
            else:
                reply = self._reply(batch, owner, key, question, is_chinese, source, moment, sums)
        batch.conversations.add(key, owner, title.text[:200], "model", reply or question, begin, moment)
        batch.digests.add(
            *(key, owner, moment, begin, count, sums.length, sums.tokens, sums.statuses, sums.finishes),
            SOURCE_BITS[source] if sums.statuses else 0,
            *(sums.liked, sums.disliked, sums.comments, sorted(sums.models)),
        )
        self._judge(batch, key, reply, moment, failed=bool(sums.statuses & STATUS_BITS["failed"]))

    def id_at(self, moment: datetime) -> UUID:
        """As `chat.ids` makes them, by the chance of this run."""
        milliseconds = int(moment.timestamp() * 1000)
        fraction, rest = self._chance.getrandbits(12), self._chance.getrandbits(62)
        return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | rest)

    def _index(self, batch: Batch, owner: int, key: UUID, message: UUID | None, words: str) -> None:
        self._entry += 1
        batch.entries.append((self._entry, owner, key, message, words))

    def _question(
        self,
        batch: Batch,
        owner: int,
        conversation: UUID,
        parent: UUID | None,
        is_chinese: bool,
        moment: datetime,
        sums: Sums,
    ) -> UUID:
        text = self._texts.text(self._chance.choice((1, 1, 2, 3)), chinese=is_chinese)
        key = self.id_at(moment)
        batch.messages.add(key, conversation, parent, "user", text.text, "complete", "", None, moment)
        self._index(batch, owner, conversation, key, text.words)
        sums.length += len(text.text)
        return key

    def _reply(
        self,
        batch: Batch,
        owner: int,
        conversation: UUID,
        question: UUID | None,
        is_chinese: bool,
        source: str,
        moment: datetime,
        sums: Sums,
    ) -> UUID:
        chance = self._chance
        model = chance.choices(MODELS, MODEL_WEIGHTS)[0]
        status = chance.choices(STATUSES, STATUS_WEIGHTS)[0]
        finish = chance.choice(("stop",) * 12 + ("length",)) if status == "complete" else None
        text = self._texts.text(chance.randint(1, 5), chinese=is_chinese)
        if status == "failed" and chance.random() < 0.7:
            text = Sentence("", "")
        key, completion = self.id_at(moment), self.id_at(moment)
        batch.messages.add(
            *(key, conversation, question, "assistant", text.text, status, model, completion, moment)
        )
        if text.words:
            self._index(batch, owner, conversation, key, text.words)
        read, written = chance.randint(20, 4000), len(text.text) // 3
        first, stream = chance.randint(120, 2500), chance.randint(300, 20_000)
        started = moment + timedelta(milliseconds=5)
        began = started + timedelta(milliseconds=first)
        error: dict[str, Any] | None = None
        if status == "failed":
            error = {"type": "upstream_error", "code": chance.choice(("upstream_error", "upstream_timeout"))}
            error |= {"message": "The provider failed.", "param": None}
        batch.completions.add(
            *(completion, key, 1, source, "sample", model, status, finish),
            {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written},
            *(error, moment, started, began, began, began + timedelta(milliseconds=stream)),
            None,  # no flag rule has to look at it
        )
        sums.length += len(text.text)
        sums.tokens += read + written
        sums.statuses |= STATUS_BITS[status]
        sums.finishes |= FINISH_BITS[finish] if finish else 0
        sums.models.add(model)
        batch.figures.add(
            *(completion, conversation, owner, moment, model, status, finish or ""),
            *(error["code"] if error else "", source, read, written, first, stream),
            self._rate(batch, conversation, key, moment, sums),
        )
        return key

    def _rate(
        self, batch: Batch, conversation: UUID, reply: UUID, moment: datetime, sums: Sums
    ) -> int | None:
        if self._chance.random() >= 0.03:
            return None
        rating = 1 if self._chance.random() < 0.7 else -1
        comment = "That was not what I asked." if rating < 0 and self._chance.random() < 0.3 else ""
        batch.feedback.add(reply, rating, comment, moment)
        sums.liked += rating > 0
        sums.disliked += rating < 0
        sums.comments += bool(comment)
        if rating < 0:
            resolved = moment if self._chance.random() < 0.6 else None
            batch.flags.add(conversation, reply, "disliked", None, moment, resolved)
        return rating

    def _judge(self, batch: Batch, key: UUID, reply: UUID | None, moment: datetime, *, failed: bool) -> None:
        chance = self._chance
        if failed and chance.random() < 0.3:
            batch.flags.add(
                key, reply, "rule", self._people.rule, moment, moment if chance.random() < 0.7 else None
            )
        if chance.random() < 0.02:
            verdict = chance.choice(("useful", "poor", "unsafe", "nothing", ""))
            batch.reviews.add(key, verdict, chance.random() < 0.1, moment)
            if chance.random() < 0.5:
                batch.labelled.append((key, chance.choice(self._people.labels)))
