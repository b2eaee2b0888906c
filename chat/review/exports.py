"""The life of one export: asked for, begun once, counted, ended once. The audit log has begin and end."""

from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chat.audit import Actor, record
from chat.audit.keyed import keyed_hash
from chat.audit.log import SERVER
from chat.models import ReviewExport, Server

PERMISSIONS: Final = ("chat.review_conversations", "chat.export_conversations")
FORGOTTEN: Final = timedelta(hours=1)
"""What was asked for and not begun in that time will not be: its row goes."""
SILENT: Final = timedelta(minutes=2)
"""Without a word for so long, its reader takes nothing any more."""
LOST: Final = timedelta(hours=1)
"""A command without a word for so long was killed: it has no row that would tell."""


class End(StrEnum):
    WHOLE = "whole"
    CANCELLED = "cancelled"
    """By a press of the button, or the key; what was made says in itself that it is not whole."""
    LEFT = "left"
    """The connection was closed."""
    REFUSED = "refused"
    """Whoever asked for it may not any more."""
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """Its process died: others say so in its place."""


def may_export(user: User) -> bool:
    return user.is_active and user.is_staff and user.has_perms(PERMISSIONS)


def ask(owner: int | None, query: str, form: str, *, pseudonymised: bool) -> ReviewExport:
    """Note what is wanted. It begins when its file is fetched."""
    ReviewExport.objects.filter(owner=owner, total=None, made__lt=timezone.now() - FORGOTTEN).delete()
    return ReviewExport.objects.create(owner_id=owner, query=query, form=form, pseudonymised=pseudonymised)


@transaction.atomic
def begin(export: ReviewExport, total: int, actor: Actor, server: UUID | None = None) -> bool:
    """Whether it begins now: nobody else began it before. `server` is the process that makes the file."""
    waiting = ReviewExport.objects.filter(pk=export.pk, total=None, ended=None)
    if not waiting.update(total=total, heard=timezone.now(), server=server):
        return False
    details: dict[str, str | int | bool | list[int] | list[str] | None] = {
        "form": export.form,
        "filter": keyed_hash(export.query),
        "pseudonymised": export.pseudonymised,
        "total": total,
    }
    record(actor, "export", "export", export.pk, details)
    return True


def note(key: UUID, done: int) -> bool:
    """How far it is; whether it is to go on: nobody has cancelled it."""
    runs = ReviewExport.objects.filter(pk=key, ended=None, cancelled=False)
    return bool(runs.update(done=done, heard=timezone.now()))


def cancel(key: UUID, owner: int) -> bool:
    """Have it end soon. Only whose it is may."""
    return bool(ReviewExport.objects.filter(pk=key, owner=owner, ended=None).update(cancelled=True))


@transaction.atomic
def end(key: UUID, done: int, how: End, actor: Actor) -> None:
    """Once; a second end changes nothing."""
    runs = ReviewExport.objects.filter(pk=key, ended=None)
    changed = runs.update(
        done=done,
        ended=timezone.now(),
        cancelled=how in (End.CANCELLED, End.LEFT, End.REFUSED),
        error="" if how in (End.WHOLE, End.CANCELLED, End.LEFT) else how.value,
    )
    if changed:
        action = "export_cancelled" if how in (End.CANCELLED, End.LEFT, End.REFUSED) else "export_ended"
        record(actor, action, "export", key, {"conversations": done, "how": how.value})


def end_abandoned() -> int:
    """End those whose process died, whose row is gone then; how many that were."""
    died = Q(server__isnull=False) & ~Q(server__in=Server.objects.values("id"))
    lost = Q(server=None, heard__lt=timezone.now() - LOST)
    left = ReviewExport.objects.filter(died | lost, total__isnull=False, ended=None)
    rows = list(left.values_list("pk", "done"))
    for key, done in rows:
        end(key, done, End.INTERRUPTED, SERVER)
    return len(rows)


def not_whole(how: End, done: int, total: int) -> str:
    """For the file itself: in English, as all of it that programs read."""
    why = {
        End.CANCELLED: "it was cancelled",
        End.LEFT: "it was broken off",
        End.REFUSED: "whoever asked for it may not export any more",
        End.FAILED: "the server failed; see its log",
        End.INTERRUPTED: "its server was ended",
    }[how]
    return f"{done} of {total} conversations, then {why}."
