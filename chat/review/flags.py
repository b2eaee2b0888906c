"""Flags: raised, taken back, resolved, reopened; each with its entry in the audit log."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from chat.audit import Actor, record
from chat.audit.log import Detail
from chat.errors import BadRequest, NotFound
from chat.models import AuditEntry, Flag
from chat.models.flag import FlagKind
from chat.review.targets import Target, in_scope

MAX_REASON: Final = 2000
_OPENED: Final = ("read", "read_message", "read_file", "follow")
"""Of the audit log's actions those by which a reviewer sees what a conversation holds."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A flag, and whether it is open through this call alone."""

    id: int
    is_new: bool


def open_flag(
    target: Target,
    kind: FlagKind,
    *,
    by: int | None = None,
    rule: int | None = None,
    reason: str = "",
    again: bool = True,
) -> Raised:
    """Raise it or find it raised; `again` opens a resolved one. Unlogged; in the caller's transaction."""
    same = Flag.objects.filter(
        conversation=target.conversation, message=target.message, kind=kind, rule=rule
    ).select_for_update()
    found = same.order_by("resolved", "id").first() if kind != FlagKind.HAND else _open_by_hand(target)
    if found is None:
        try:
            with transaction.atomic():
                made = Flag.objects.create(
                    conversation_id=target.conversation,
                    message_id=target.message,
                    kind=kind,
                    rule_id=rule,
                    reason=reason,
                    raised_by_id=by,
                )
            return Raised(made.pk, is_new=True)
        except IntegrityError:  # somebody raised it between our look and this
            found = same.first()
            if found is None:
                raise
    if found.resolved is None or not again:
        if reason and found.resolved is None and reason != found.reason:
            Flag.objects.filter(pk=found.pk).update(reason=reason)
        return Raised(found.pk, is_new=False)
    Flag.objects.filter(pk=found.pk).update(
        reason=reason,
        raised=timezone.now(),
        raised_by=by,
        resolved=None,
        resolved_by=None,
        announced=None,
        announced_overdue=None,
    )
    return Raised(found.pk, is_new=True)


def _open_by_hand(target: Target) -> Flag | None:
    return Flag.objects.filter(
        conversation=target.conversation, message=target.message, kind=FlagKind.HAND, resolved=None
    ).first()


def log_flag(actor: Actor, target: Target, flag: int, kind: FlagKind, **more: Detail) -> None:
    details: dict[str, Detail] = {"flag": flag, "kind": str(kind.value), **more}
    record(actor, "flag", "conversation", target.conversation, details | target.details())


@transaction.atomic
def flag_by_hand(actor: Actor, target: Target, reason: str = "") -> Raised:
    """A reviewer's own flag. Where theirs or another one's by hand is open, that is it."""
    in_scope(target)
    reason = checked_reason(reason)
    raised = open_flag(target, FlagKind.HAND, by=actor.user, reason=reason)
    if raised.is_new:
        log_flag(actor, target, raised.id, FlagKind.HAND)
    return raised


def checked_reason(reason: str) -> str:
    reason = reason.strip()
    if len(reason) > MAX_REASON:
        raise BadRequest(f"A reason has at most {MAX_REASON} characters.", param="reason")
    return reason


@transaction.atomic
def resolve(actor: Actor, target: Target, flag: int | None = None) -> list[int]:
    """Settle one flag, or all that are open on the target. What somebody settled before stays theirs."""
    in_scope(target)
    if flag is not None and not Flag.objects.filter(pk=flag, conversation=target.conversation).exists():
        raise NotFound("There is no such flag.")
    settled = settle(actor.user, target, flag)
    log_settled(actor, target, settled)
    return settled


def settle(by: int | None, target: Target, flag: int | None = None) -> list[int]:
    """The same in the caller's transaction, unlogged."""
    rows = Flag.objects.filter(conversation=target.conversation, resolved=None)
    if flag is not None:
        rows = rows.filter(pk=flag)
    elif target.message is not None:
        rows = rows.filter(message=target.message)
    found = list(rows.order_by("id").select_for_update().values_list("id", flat=True))
    if found:
        Flag.objects.filter(pk__in=found).update(resolved=timezone.now(), resolved_by=by)
    return found


def log_settled(actor: Actor, target: Target, flags: list[int]) -> None:
    if flags:
        record(actor, "resolve", "conversation", target.conversation, {"flags": flags, **target.details()})


@transaction.atomic
def reopen(actor: Actor, target: Target, flag: int) -> bool:
    """Whether it was settled before. It is due anew from now on, and announced anew."""
    in_scope(target)
    row = Flag.objects.filter(pk=flag, conversation=target.conversation).select_for_update().first()
    if row is None:
        raise NotFound("There is no such flag.")
    if row.resolved is None:
        return False
    Flag.objects.filter(pk=flag).update(
        resolved=None, resolved_by=None, raised=timezone.now(), announced=None, announced_overdue=None
    )
    details: dict[str, Detail] = {"flag": flag, "kind": row.kind, "again": True}
    record(actor, "flag", "conversation", target.conversation, details | target.details())
    return True


def was_seen(conversation: UUID, flag: Flag) -> bool:
    """Whether a reviewer opened the conversation after the flag was raised."""
    return AuditEntry.objects.filter(
        kind="conversation", object=str(conversation), action__in=_OPENED, at__gte=flag.raised
    ).exists()
