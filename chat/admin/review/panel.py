"""What the panels of a conversation and of its messages show: verdicts, labels, notes, flags, assignee."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.admin.review.allowed import reviewer
from chat.admin.review.queues import queue_of
from chat.models import Flag, Label, Note, Review
from chat.models.judgement import Verdict
from chat.review.judging import judges
from chat.review.queues import overdue_since

PERMISSION: Final = "chat.judge_conversations"


@dataclass(frozen=True, slots=True)
class VerdictChoice:
    """A verdict, and the key that gives it."""

    value: str
    name: str | Promise
    key: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class LabelChoice:
    id: int
    name: str
    chosen: bool


@dataclass(slots=True)
class Panel:
    """Of the conversation (`message` is empty) or of one message."""

    message: str
    version: int = 0
    verdict: str = ""
    verdict_name: str | Promise = ""
    labels: frozenset[int] = frozenset()
    label_names: tuple[str, ...] = ()
    assignee: int | None = None
    assignee_name: str = ""
    escalated: bool = False
    updated: Any = None
    updated_by: str = ""
    flags: list[Flag] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    verdicts: tuple[VerdictChoice, ...] = ()
    offered: tuple[LabelChoice, ...] = ()
    conflict: "Conflict | None" = None

    @property
    def id(self) -> str:
        return f"judging-{self.message}" if self.message else "judging"

    @property
    def open_flags(self) -> list[Flag]:
        return [flag for flag in self.flags if flag.resolved is None]

    @property
    def is_empty(self) -> bool:
        return not (self.version or self.flags or self.notes)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody was faster: what the reviewer had wanted, to be looked at beside what is there now."""

    wanted: tuple[tuple[str | Promise, str | Promise], ...]
    fields: tuple[tuple[str, str], ...]
    """The form as it was sent, to be sent again knowing what is there."""


@dataclass(slots=True)
class Desk:
    """All panels of a conversation, in a number of queries that does not grow with its messages."""

    conversation: UUID
    may_judge: bool
    whole: Panel
    messages: dict[str, Panel]
    reviewers: tuple[tuple[int, str], ...]
    me: int
    labels: tuple[Label, ...]
    in_queue: bool
    said: str | Promise = ""
    overdue_since: Any = None

    def of(self, message: str) -> Panel:
        if not message:
            return self.whole
        return self.messages.get(message) or self.messages.setdefault(
            message, _offering(Panel(message), self.labels)
        )

    @property
    def is_mine(self) -> bool:
        return self.whole.assignee == self.me


def desk_of(request: HttpRequest, conversation: UUID) -> Desk:
    user = reviewer(request)
    panels: dict[str, Panel] = {"": Panel("")}
    for review in (
        Review.objects.filter(conversation=conversation)
        .select_related("assignee", "updated_by")
        .prefetch_related("labels")
    ):
        _fill(panels.setdefault(_key(review.message_id), Panel(_key(review.message_id))), review)
    flags = Flag.objects.filter(conversation=conversation).select_related("rule", "raised_by", "resolved_by")
    for flag in flags.order_by("id"):
        panels.setdefault(_key(flag.message_id), Panel(_key(flag.message_id))).flags.append(flag)
    notes = Note.objects.filter(conversation=conversation).select_related("author")
    for note in notes.order_by("id"):
        panels.setdefault(_key(note.message_id), Panel(_key(note.message_id))).notes.append(note)
    labels = tuple(Label.objects.all())
    for panel in panels.values():
        _offering(panel, labels)
    may_judge = user.has_perm(PERMISSION)
    return Desk(
        conversation=conversation,
        may_judge=may_judge,
        whole=panels.pop(""),
        messages=panels,
        reviewers=_named(judges().order_by("username")) if may_judge else (),
        me=user.pk,
        labels=labels,
        in_queue=queue_of(request) is not None,
        overdue_since=overdue_since(),
    )


def _key(message: UUID | None) -> str:
    return "" if message is None else str(message)


def _named(users: Iterable[User]) -> tuple[tuple[int, str], ...]:
    return tuple((user.pk, user.get_username()) for user in users)


def _fill(panel: Panel, review: Review) -> None:
    labels = list(review.labels.all())
    panel.version = review.version
    panel.verdict = review.verdict
    panel.verdict_name = review.get_verdict_display()
    panel.labels = frozenset(label.pk for label in labels)
    panel.label_names = tuple(label.name for label in labels)
    panel.assignee = review.assignee_id
    panel.assignee_name = review.assignee.get_username() if review.assignee else ""
    panel.escalated = review.escalated
    panel.updated = review.updated
    panel.updated_by = review.updated_by.get_username() if review.updated_by else ""


def _offering(panel: Panel, labels: tuple[Label, ...]) -> Panel:
    panel.verdicts = tuple(
        VerdictChoice(verdict.value, verdict.label, str(number), verdict.value == panel.verdict)
        for number, verdict in enumerate(Verdict, 1)
    )
    # A retired one is still taken away where it is, and offered nowhere else.
    panel.offered = tuple(
        LabelChoice(label.pk, label.name, label.pk in panel.labels)
        for label in labels
        if not label.retired or label.pk in panel.labels
    )
    return panel


SAID: Final[dict[str, Promise]] = {
    "verdict": _("The verdict was saved."),
    "no_verdict": _("The verdict was taken back."),
    "labels": _("The labels were saved."),
    "assign": _("It was assigned."),
    "escalate": _("It was escalated."),
    "no_escalate": _("It is escalated no more."),
    "flag": _("It was flagged."),
    "resolve": _("The flags are settled."),
    "resolved": _("No flag was open."),
    "reopen": _("The flag is open again."),
    "note": _("The note was added."),
    "unnote": _("The note was removed."),
    "nothing": _("Nothing was changed."),
}
