"""Flag rules on all messages that are there, in constant memory: a new rule looks only at what comes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from chat.audit import Actor, record
from chat.audit.log import Detail
from chat.models import Conversation, Message
from chat.models.flag import FlagKind
from chat.models.status import Status
from chat.review.flags import log_flag
from chat.review.rules import Hit, Rule, Text, hits, raise_flags, rules_in_force
from chat.review.scope import flaggable
from chat.review.targets import Target

BATCH: Final = 500


@dataclass(slots=True)
class Applied:
    looked: int = 0
    found: int = 0
    """Pairs of a rule and a message; those that were flagged before, too."""
    raised: int = 0


def how_many() -> int:
    return _messages().count()


def apply(
    names: Sequence[str],
    actor: Actor,
    *,
    dry_run: bool = False,
    progress: Callable[[Applied], object] = lambda _done: None,
) -> Applied:
    """Apply these rules; none named: all that are enabled. It can be stopped and run again."""
    rules, done = rules_in_force(names), Applied()
    after: UUID | None = None
    while rules and (batch := _batch(after)):
        found = hits(rules, batch)
        done.looked += len(batch)
        done.found += len(found)
        if found and not dry_run:
            done.raised += _raise(found)
        after = batch[-1].message
        progress(done)
    if not dry_run:
        _log(actor, rules, done)
    return done


def _messages() -> "QuerySet[Message]":
    shown = Conversation.objects.filter(flaggable()).values("id")
    return Message.objects.filter(deleted=None, conversation__in=shown).exclude(status=Status.STREAMING)


def _batch(after: UUID | None) -> list[Text]:
    rows = _messages() if after is None else _messages().filter(id__gt=after)
    fields = ("id", "conversation_id", "role", "status", "content")
    return [Text(*row) for row in rows.order_by("id").values_list(*fields)[:BATCH]]


@transaction.atomic
def _raise(found: Sequence[Hit]) -> int:
    raised = raise_flags(found)
    for hit, flag in raised:
        log_flag(
            Actor(None, "server"), Target(hit.conversation, hit.message), flag, FlagKind.RULE, rule=hit.rule
        )
    return len(raised)


def _log(actor: Actor, rules: Sequence[Rule], done: Applied) -> None:
    details: dict[str, Detail | list[int]] = {
        "change": "applied",
        "rules": [rule.id for rule in rules],
        "raised": done.raised,
    }
    record(actor, "rule_change", "flagrule", "", details)
