"""Flag rules at work: on what was asked and answered since the last look, and on all that is there.

Texts are matched with no transaction open and outside the pool of the database: only reading them and
raising the flags hop there.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, SmallIntegerField, UUIDField

from chat.audit.log import SERVER
from chat.models import Completion, Conversation, FlagRule, Message
from chat.models.completion import LookedAt
from chat.models.flag import FlagKind, RuleKind
from chat.models.message import Role
from chat.models.status import Status
from chat.review.flags import log_flag, open_flag
from chat.review.matching import BadRule, Finds, finder
from chat.review.scope import within_policy
from chat.review.targets import Target
from chat.statements import Among, Param, Select, Update

logger = logging.getLogger(__name__)

BATCH: Final = 50
"""Completions at a time: their texts are in memory together."""


@dataclass(frozen=True, slots=True)
class Rule:
    id: int
    kind: str
    questions: bool
    replies: bool
    finds: Finds


@dataclass(frozen=True, slots=True)
class Text:
    """A message as a rule looks at it."""

    message: UUID
    conversation: UUID
    role: str
    status: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    rule: int
    message: UUID
    conversation: UUID


@dataclass(frozen=True, slots=True)
class Work:
    """What a look has before it. `completions`: how far each is when it is done."""

    rules: tuple[Rule, ...]
    texts: tuple[Text, ...]
    completions: dict[UUID, LookedAt]


_waiting = Select(
    lambda: (
        Completion.objects.filter(
            Q(looked_at=LookedAt.NOT_YET) | (Q(looked_at=LookedAt.QUESTION) & ~Q(status=Status.STREAMING)),
            looked_at__lt=LookedAt.ALL,
        )
        .order_by("id")
        .values_list("id", "status", "looked_at", "message_id", "message__parent_id")[:BATCH]
    )
)
_note_look = Update(
    lambda: Completion.objects.filter(
        Among("id", Param("keys", UUIDField())), looked_at__lt=Param("looked_at", SmallIntegerField())
    ),
    "looked_at",
)


def rules_in_force(names: Sequence[str] = ()) -> tuple[Rule, ...]:
    """Those that are enabled. One whose value cannot be used is logged, by its id alone."""
    rows = FlagRule.objects.filter(enabled=True)
    found = []
    for row in rows.filter(name__in=names) if names else rows:
        try:
            finds = finder(row.kind, row.value)
        except BadRule as bad:
            logger.warning(
                "flag rule %s cannot be used (%s); save it again in the administration", row.pk, bad.code
            )
            continue
        found.append(Rule(row.pk, row.kind, row.questions, row.replies, finds))
    return tuple(found)


def next_work() -> Work | None:
    """The oldest of what no rule has looked at; None: nothing waits."""
    rows = _waiting.rows()
    if not rows:
        return None
    done = {
        key: LookedAt.QUESTION if status == Status.STREAMING else LookedAt.ALL
        for key, status, _looked, _reply, _question in rows
    }
    rules = rules_in_force()
    if not rules:
        return Work((), (), done)
    wanted: dict[UUID, None] = {}
    for _key, status, looked, reply, question in rows:
        if looked == LookedAt.NOT_YET and question is not None:
            wanted[question] = None
        if status != Status.STREAMING:
            wanted[reply] = None
    return Work(rules, _texts(list(wanted)), done)


def _texts(messages: list[UUID]) -> tuple[Text, ...]:
    rows = Message.objects.filter(
        id__in=messages, conversation__in=Conversation.objects.filter(within_policy()).values("id")
    ).exclude(status=Status.STREAMING)
    fields = ("id", "conversation_id", "role", "status", "content")
    return tuple(Text(*row) for row in rows.order_by("id").values_list(*fields).iterator())


def hits(rules: Iterable[Rule], texts: Iterable[Text]) -> list[Hit]:
    """Which rule finds which message. Pure, and the only slow part."""
    rules = tuple(rules)
    return [
        Hit(rule.id, text.message, text.conversation)
        for text in texts
        for rule in rules
        if _looks_at(rule, text.role) and _finds(rule, text)
    ]


def _looks_at(rule: Rule, role: str) -> bool:
    if rule.kind == RuleKind.FAILED:
        return role == Role.ASSISTANT
    return (rule.questions and role == Role.USER) or (rule.replies and role == Role.ASSISTANT)


def _finds(rule: Rule, text: Text) -> bool:
    return text.status == Status.FAILED if rule.kind == RuleKind.FAILED else rule.finds(text.text)


@transaction.atomic
def finish(work: Work, found: Sequence[Hit]) -> int:
    """Raise the flags, and note how far the look came; how many flags are new."""
    raised = raise_flags(found)
    for state in (LookedAt.QUESTION, LookedAt.ALL):
        those = [key for key, done in work.completions.items() if done == state]
        if those:
            _note_look(keys=those, looked_at=state)
    # The audit log comes last: who writes there waits for nobody any more.
    for hit, flag in raised:
        log_flag(SERVER, Target(hit.conversation, hit.message), flag, FlagKind.RULE, rule=hit.rule)
    return len(raised)


def raise_flags(found: Sequence[Hit]) -> list[tuple[Hit, int]]:
    """One flag of a rule on a message, ever: what somebody settled stays so. In the caller's transaction."""
    there = set(Message.objects.filter(id__in={hit.message for hit in found}).values_list("id", flat=True))
    known = set(FlagRule.objects.filter(id__in={hit.rule for hit in found}).values_list("id", flat=True))
    raised = []
    for hit in found:
        if hit.message in there and hit.rule in known:  # neither was deleted while we looked
            target = Target(hit.conversation, hit.message)
            flag = open_flag(target, FlagKind.RULE, rule=hit.rule, again=False)
            if flag.is_new:
                raised.append((hit, flag.id))
    return raised


def look() -> int | None:
    """All steps at once, for a command or a test: new flags, or None where nothing waited."""
    work = next_work()
    return None if work is None else finish(work, hits(work.rules, work.texts))
