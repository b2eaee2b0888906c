"""What is to be told of new and overdue flags: gathered into one message a minute, each flag in one alone.

A flag is taken in the transaction that puts it into the message, so no two servers take the same one; a
message is sent by whoever has its lease, again and again until it is out. It never holds words of anybody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from chat.models import Announcement, Conversation, Flag
from chat.models.announcement import Way
from chat.review.queues import overdue_since
from chat.review.scope import reviewable

EVERY: Final = timedelta(minutes=1)
"""Of each way at most one message in that time, however much is flagged."""
LEASE: Final = timedelta(minutes=2)
"""Longer than any sending takes (`delivering.SECONDS`, EMAIL_TIMEOUT); a server that died loses it then."""
LONGEST_PAUSE: Final = timedelta(hours=1)
MOST: Final = 500
"""Flags that are taken at once; the others come in the next message."""
KEPT: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Told:
    """A flag as it is announced."""

    flag: int
    kind: str
    rule: int | None
    conversation: UUID
    message: UUID | None
    raised: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that this process may send now."""

    id: int
    way: Way
    attempts: int
    new: tuple[Told, ...]
    overdue: tuple[Told, ...]
    queue: str
    """The address of the queue of new ones."""


def ways() -> list[Way]:
    """By which the site wants to be told."""
    wanted = {
        Way.MAIL: settings.CHAT_REVIEW_MAIL and settings.EMAIL_URL,
        Way.WEBHOOK: settings.CHAT_REVIEW_WEBHOOK,
    }
    return [way for way, setting in wanted.items() if setting]


def gather() -> int:
    """Put what nobody was told of yet into the open messages; how many flags that were."""
    if not ways():
        return 0
    try:
        return _gather()
    except IntegrityError:  # another server opened a message between our look and this: what was ours is its
        return 0


@transaction.atomic
def _gather() -> int:
    now = timezone.now()
    sending = Announcement.objects.filter(sent=None, sending_until__gt=now)
    if not _untold().exists() and not _untold_overdue().exists():
        return 0
    if sending.exists():  # what joined it now would be taken for told when it is out
        return 0
    new, overdue = _take(_untold(), "announced"), _take(_untold_overdue(), "announced_overdue")
    if not (new or overdue):
        return 0
    for way in ways():
        message = Announcement.objects.select_for_update().filter(way=way, sent=None).first()
        if message is None:
            last = (
                Announcement.objects.filter(way=way).order_by("-sent").values_list("sent", flat=True).first()
            )
            message = Announcement(way=way, due=max(now, last + EVERY) if last else now)
        message.new, message.overdue = [*message.new, *new], [*message.overdue, *overdue]
        message.save()
    return len({*new, *overdue})


def _untold() -> "QuerySet[Flag]":
    return _open().filter(announced=None)


def _untold_overdue() -> "QuerySet[Flag]":
    limit = overdue_since()
    rows = _open().filter(announced_overdue=None)
    return rows.filter(raised__lt=limit) if limit else rows.none()


def _open() -> "QuerySet[Flag]":
    shown = Conversation.objects.filter(reviewable()).values("id")
    return Flag.objects.filter(resolved=None, conversation__in=shown)


def _take(rows: "QuerySet[Flag]", column: str) -> list[int]:
    """Theirs alone: who comes at the same moment skips the rows that we hold."""
    taken = list(
        rows.order_by("id")
        .select_for_update(skip_locked=True, of=("self",))
        .values_list("id", flat=True)[:MOST]
    )
    Flag.objects.filter(pk__in=taken).update(**{column: timezone.now()})
    return taken


def next_delivery() -> Delivery | None:
    """Take the lease of a message that is due. What was settled meanwhile is not told any more."""
    now = timezone.now()
    due = Announcement.objects.filter(sent=None, due__lte=now, way__in=ways())
    for message in due.exclude(sending_until__gt=now).order_by("due"):
        mine = Announcement.objects.filter(
            pk=message.pk, sent=None, attempts=message.attempts, due=message.due
        ).update(sending_until=now + LEASE, attempts=message.attempts + 1)
        if not mine:
            continue
        # Read anew: another flag may have joined it until the lease was ours.
        message.refresh_from_db()
        told = _told([*message.new, *message.overdue])
        new = tuple(told[key] for key in message.new if key in told)
        overdue = tuple(told[key] for key in message.overdue if key in told)
        if not new and not overdue:
            message.delete()
            continue
        return Delivery(message.pk, Way(message.way), message.attempts, new, overdue, queue_address())
    return None


def _told(flags: list[int]) -> dict[int, Told]:
    fields = ("id", "kind", "rule_id", "conversation_id", "message_id", "raised")
    rows = _open().filter(pk__in=flags).values_list(*fields)
    return {row[0]: Told(*row) for row in rows}


def delivered(delivery: Delivery) -> None:
    now = timezone.now()
    Announcement.objects.filter(pk=delivery.id).update(sent=now, sending_until=None)
    Announcement.objects.filter(sent__lt=now - KEPT).delete()


def failed(delivery: Delivery) -> timedelta:
    """It is tried again after so long."""
    pause = min(EVERY * (1 << min(delivery.attempts - 1, 10)), LONGEST_PAUSE)
    Announcement.objects.filter(pk=delivery.id).update(due=timezone.now() + pause, sending_until=None)
    return pause


def queue_address() -> str:
    """Absolute where the site says what its address is."""
    return f"{settings.CHAT_PUBLIC_URL}{reverse('review:queue', args=['new'])}"


def as_json(delivery: Delivery) -> dict[str, Any]:
    """What a webhook is sent."""
    return {
        "type": "flags",
        "id": delivery.id,
        "counts": {"new": len(delivery.new), "overdue": len(delivery.overdue)},
        "new": [_described(told) for told in delivery.new],
        "overdue": [_described(told) for told in delivery.overdue],
        "queue": delivery.queue,
    }


def _described(told: Told) -> dict[str, Any]:
    return {
        "flag": told.flag,
        "kind": told.kind,
        "rule": told.rule,
        "conversation": str(told.conversation),
        "message": None if told.message is None else str(told.message),
        "raised": told.raised.isoformat(),
    }
