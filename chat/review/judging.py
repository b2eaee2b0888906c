"""Verdict, labels, assignee, escalation, notes: what reviewers make of a conversation or a message.

Who changes says which version they saw. Where it is another by now they are refused, and see what the
other one did: nobody overwrites what they have not seen.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from chat.audit import Actor, record
from chat.audit.log import Detail
from chat.errors import BadRequest, Conflict, NotFound
from chat.models import Label, Note, Review
from chat.models.judgement import Verdict
from chat.review.flags import log_settled, settle
from chat.review.targets import Target, in_scope

MAX_NOTE: Final = 10_000
STAYS: Final = -1
"""As an assignee: whoever it is."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different; what is not named stays."""

    verdict: str | None = None
    """One of `Verdict`; empty takes it back."""
    labels: frozenset[int] | None = None
    """All that it shall have."""
    assignee: int | None = STAYS
    escalated: bool | None = None


class Overtaken(Conflict):
    """Somebody else changed it meanwhile."""

    code = "overtaken"

    def __init__(self) -> None:
        super().__init__("Somebody changed this meanwhile. Look at what they did, then decide again.")


def judges() -> QuerySet[User]:
    """Who may be given a conversation to look after: active users with the permission, superusers too."""
    return User.objects.with_perm(
        "chat.judge_conversations", backend="django.contrib.auth.backends.ModelBackend"
    )


@transaction.atomic
def change(actor: Actor, target: Target, seen: int, wanted: Change) -> int:
    """Change it, if it is still at the version `seen` (0: nobody had judged it); the version that it has now.

    A verdict settles the target's open flags, and what was escalated before. Raises `Overtaken`, `NotFound`
    for what may not be reviewed, `BadRequest` for what is no verdict, label or reviewer.
    """
    in_scope(target)
    _check(target, wanted)
    review = _locked(target)
    if review.version != seen:
        raise Overtaken
    entries: list[tuple[str, dict[str, Detail | list[int]]]] = []
    if wanted.verdict is not None and wanted.verdict != review.verdict:
        review.verdict = wanted.verdict
        entries.append(("verdict", {"verdict": wanted.verdict}))
    if wanted.assignee != STAYS and wanted.assignee != review.assignee_id:
        review.assignee_id = wanted.assignee
        entries.append(("assign", {"assignee": wanted.assignee}))
    escalated = wanted.escalated
    if escalated is None and wanted.verdict:
        escalated = False  # who judges what was escalated has dealt with it
    if escalated is not None and escalated != review.escalated:
        review.escalated = escalated
        entries.append(("escalate", {"escalated": escalated}))
    if wanted.labels is not None and (labels := _change_labels(review, wanted.labels)):
        entries.append(("label", labels))
    settled = settle(actor.user, target) if wanted.verdict else []
    if not entries:
        log_settled(actor, target, settled)
        return review.version if review.version else _forgotten(review)
    review.version += 1
    review.updated, review.updated_by_id = timezone.now(), actor.user
    review.save()
    for action, details in entries:
        more = {"version": review.version, **target.details()}
        record(actor, action, "conversation", target.conversation, {**details, **more})
    log_settled(actor, target, settled)
    return review.version


def _check(target: Target, wanted: Change) -> None:
    if wanted.verdict and wanted.verdict not in Verdict.values:
        raise BadRequest(f"A verdict is one of {', '.join(Verdict.values)}.", param="verdict")
    if target.message is not None and (wanted.assignee != STAYS or wanted.escalated):
        raise BadRequest("A conversation is assigned and escalated, not a message of it.", param="message")
    if (
        wanted.assignee is not None
        and wanted.assignee != STAYS
        and not judges().filter(pk=wanted.assignee).exists()
    ):
        raise BadRequest("Only who may judge conversations can be given one.", param="assignee")


def _locked(target: Target) -> Review:
    """The row, locked; a new one has version 0."""
    rows = Review.objects.filter(conversation=target.conversation, message=target.message)
    review = rows.select_for_update().first()
    if review is None:
        try:
            with transaction.atomic():
                review = Review.objects.create(
                    conversation_id=target.conversation, message_id=target.message, version=0
                )
        except IntegrityError:  # somebody judged it between our look and this
            review = rows.select_for_update().get()
    return review


def _forgotten(review: Review) -> int:
    """Nothing was changed of what nobody had judged: no row is left."""
    review.delete()
    return 0


def _change_labels(review: Review, wanted: frozenset[int]) -> dict[str, Detail | list[int]]:
    had = set(review.labels.values_list("pk", flat=True))
    added, removed = wanted - had, had - wanted
    if not added and not removed:
        return {}
    if Label.objects.filter(pk__in=added, retired=False).count() != len(added):
        raise BadRequest("One of these labels is no longer offered. Load the page again.", param="labels")
    review.labels.add(*added)
    review.labels.remove(*removed)
    return {"added": sorted(added), "removed": sorted(removed)}


@transaction.atomic
def add_note(actor: Actor, target: Target, text: str) -> int:
    """Notes only come to each other, so nobody has to have seen the last one."""
    in_scope(target)
    text = text.strip()
    if not text:
        raise BadRequest("Write something: the note is empty.", param="text")
    if len(text) > MAX_NOTE:
        raise BadRequest(f"A note has at most {MAX_NOTE} characters.", param="text")
    note = Note.objects.create(
        conversation_id=target.conversation, message_id=target.message, author_id=actor.user, text=text
    )
    record(actor, "note", "conversation", target.conversation, {"note": note.pk, **target.details()})
    return note.pk


@transaction.atomic
def remove_note(actor: Actor, conversation: UUID, note: int) -> None:
    """One's own. Raises `NotFound` for what is another's, or is not there."""
    target = Target(conversation)
    in_scope(target)
    if not Note.objects.filter(pk=note, conversation=conversation, author=actor.user).delete()[0]:
        raise NotFound("There is no such note, or it is not yours.")
    record(actor, "note", "conversation", conversation, {"note": note, "removed": True})
