"""Retention: what its rules would do, and doing it, one conversation and one short transaction at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q
from django.utils import timezone

from chat.audit import Actor, record
from chat.audit.log import SERVER
from chat.models import Conversation, RetentionRule
from chat.models.policy import RetentionAct
from chat.review.anonymising import anonymise, is_anonymous
from chat.review.purging import lock_due, purge_conversation, spared

AT_ONCE: Final = 500
"""Ids that are read at a time: the rules are looked at again before the next ones."""

Membership = User.groups.through


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a rule would do now."""

    due: int
    oldest: datetime | None
    """When the oldest of them was last asked."""
    kept: int
    """Old enough, and kept by a legal hold or for review."""


def forecast(rule: RetentionRule) -> Forecast:
    """As if it were enabled, beside the others that are."""
    old = Conversation.objects.filter(old_enough(rule))
    found = old.filter(~spared()).aggregate(oldest=Min("updated"))
    return Forecast(old.filter(~spared()).count(), found["oldest"], old.filter(spared()).count())


def enabled_rules() -> list[RetentionRule]:
    return list(RetentionRule.objects.filter(enabled=True).order_by("days", "id"))


def old_enough(rule: RetentionRule, now: datetime | None = None) -> Q:
    """A condition for `Conversation`: what the rule is for, and was last asked that many days ago."""
    cutoff = (now or timezone.now()) - timedelta(days=rule.days)
    old = Q(updated__lte=cutoff) & _is_for(rule)
    if rule.act == RetentionAct.ANONYMISE:
        # What is deleted already is purged in its time; what is anonymous has lost all that it could.
        old &= Q(deleted=None, temporary=False) & ~Q(**is_anonymous())
    return old


def _is_for(rule: RetentionRule) -> Q:
    """The owners for whom it is this rule that counts: that of their group with the fewest days."""
    of_groups = [other for other in enabled_rules() if other.group_id is not None and other.pk != rule.pk]
    if rule.group_id is None:
        return ~_is_in([other.group_id for other in of_groups])
    earlier = [other.group_id for other in of_groups if (other.days, other.pk) < (rule.days, rule.pk)]
    return _is_in([rule.group_id]) & ~_is_in(earlier)


def _is_in(groups: list[int | None]) -> Q:
    if not groups:
        return Q(pk__in=())
    return Q(Exists(Membership.objects.filter(user=OuterRef("owner"), group__in=groups)))


def due_now(rule: RetentionRule, most: int = AT_ONCE) -> list[tuple[UUID, int]]:
    """Some conversations, oldest first, with whose they are."""
    rows = Conversation.objects.filter(old_enough(rule) & ~spared()).order_by("updated")
    return list(rows.values_list("id", "owner_id")[:most])


def apply_to(rule_id: int, key: UUID, actor: Actor = SERVER) -> bool:
    """Do it to one that was due, if it is due still, and the rule is still enabled."""
    rule = RetentionRule.objects.filter(pk=rule_id, enabled=True).first()
    if rule is None:
        return False
    if rule.act == RetentionAct.DELETE:
        return bool(purge_conversation(key, old_enough(rule), actor, rule=rule.pk))
    return _anonymise(rule, key, actor)


@transaction.atomic
def _anonymise(rule: RetentionRule, key: UUID, actor: Actor) -> bool:
    conversation = lock_due(key, old_enough(rule) & ~spared())
    if conversation is None:
        return False
    anonymise(conversation)
    # Whose it was is not said: nothing leads back.
    record(actor, "anonymise", "conversation", key, {"rule": rule.pk})
    return True


def apply_all(
    actor: Actor, progress: Callable[[int], object] = lambda _done: None
) -> Iterator[tuple[RetentionRule, int]]:
    """All rules, until nothing is due; each rule with how many conversations it was."""
    total = 0
    for rule in enabled_rules():
        done = 0
        while keys := due_now(rule):
            before = done
            for key, _owner in keys:
                done += apply_to(rule.pk, key, actor)
                progress(total + done)
            if done == before:
                break  # what is left runs still, or came back
        total += done
        yield rule, done
