"""The desk as programs use it: lists, one conversation, judgements, as plain values.

The same filters, the same reader, the same entries in the audit log as the pages have. Whoever calls has been
admitted (`admitted`), and each function that shows something records it before it returns.
"""

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.http import QueryDict

from chat.access.descriptions import timestamp
from chat.access.rows import as_uuid
from chat.audit import Actor, record
from chat.audit.keyed import keyed_hash
from chat.digest.costs import as_texts
from chat.errors import BadRequest, Forbidden
from chat.models import Flag, Label, Note, Review
from chat.review import hits, reader
from chat.review.filter_form import FilterForm
from chat.review.filters import Filter
from chat.review.finding import Row, list_page
from chat.review.hits import Hit
from chat.review.judging import STAYS, Change, judges
from chat.review.masks import masked
from chat.review.reader import Opened
from chat.review.targets import Target

READ: Final = reader.PERMISSION
JUDGE: Final = "chat.judge_conversations"


def admitted(user_id: int, *permissions: str) -> Actor:
    """Who acts, if they are active staff with these permissions. Raises `Forbidden`."""
    user = User.objects.filter(pk=user_id, is_active=True, is_staff=True).first()
    if user is None or not user.has_perms(permissions):
        raise Forbidden("Your account may not do this at the review desk.", code="not_a_reviewer")
    return Actor(user_id, "api")


def filter_of(query: str) -> Filter:
    """As the address of the desk's list has it. Raises `BadRequest` with the field that is wrong."""
    try:
        data = QueryDict(query)
    except Exception as error:  # more fields than Django reads, or none that it can
        raise BadRequest("The query cannot be read.") from error
    unknown = next((name for name in data if name not in FilterForm.base_fields), None)
    if unknown is not None:
        raise BadRequest(f"There is no condition {unknown!r}.", param=unknown)
    form = FilterForm(data)
    wanted = form.filter()
    if wanted is None:
        name, errors = next(iter(form.errors.items()))
        raise BadRequest(" ".join(str(error) for error in errors), param=name)
    return wanted


def find(actor: Actor, wanted: Filter, after: str | None) -> dict[str, Any]:
    """A page of conversations; with words in the filter, of the places where they stand."""
    assert actor.user is not None
    along = wanted.query()
    details: dict[str, Any] = {"filter": keyed_hash(along), "later": after is not None}
    if wanted.q.strip():
        found = hits.search(wanted, actor.user, after)
        details |= {"words": keyed_hash(wanted.q), "results": len(found.found)}
        record(actor, "search", details=details)
        hidden = masked((hit.conversation for hit in found.found), actor.user)
        return {
            "results": [_hit(hit, hit.conversation in hidden) for hit in found.found],
            "next": found.next or found.further,
        }
    listed = list_page(wanted, actor.user, after)
    record(actor, "list", details=details | {"results": len(listed.rows)})
    hidden = masked((row.conversation for row in listed.rows), actor.user)
    return {
        "results": [_row(row, row.conversation in hidden) for row in listed.rows],
        "next": listed.next,
        "count": listed.count,
    }


@transaction.atomic
def read(actor: Actor, conversation_id: str, reason: str | None) -> dict[str, Any]:
    """One conversation with all its branches, by the one audited reader; and what reviewers made of it."""
    opened = reader.open_conversation(actor, conversation_id, reason=reason)
    key = UUID(opened.tree.conversation["id"])
    return {
        "conversation": opened.tree.conversation
        | {"messages": [_message(opened, node["id"]) for node in opened.tree.nodes]},
        "user": opened.owner.get_username(),
        "deleted": timestamp(opened.deleted),
        "tokens": {"read": opened.overview.tokens_read, "written": opened.overview.tokens_written},
        "cost": as_texts(opened.overview.cost),
        "judgements": judgements(key),
        "flags": flags_of(key),
        "notes": _notes(key),
    }


def judgements(conversation: UUID) -> list[dict[str, Any]]:
    """Of the conversation (`message` null) and its messages. `version` is what a change has to name."""
    rows = Review.objects.filter(conversation=conversation).order_by("id")
    return [
        {
            "message": _id(row.message_id),
            "verdict": row.verdict or None,
            "labels": [label.name for label in row.labels.all()],
            "assignee": row.assignee.get_username() if row.assignee else None,
            "escalated": row.escalated,
            "version": row.version,
        }
        for row in rows.select_related("assignee").prefetch_related("labels")
    ]


def flags_of(conversation: UUID) -> list[dict[str, Any]]:
    return [
        {
            "id": flag.pk,
            "message": _id(flag.message_id),
            "kind": flag.kind,
            "rule": flag.rule.name if flag.rule else None,
            "reason": flag.reason,
            "raised": timestamp(flag.raised),
            "resolved": timestamp(flag.resolved),
        }
        for flag in Flag.objects.filter(conversation=conversation).select_related("rule").order_by("id")
    ]


def target_of(conversation_id: str, message_id: str | None) -> Target:
    return Target(
        as_uuid(conversation_id, "conversation"),
        None if message_id is None else as_uuid(message_id, "message"),
    )


def change_of(said: dict[str, Any]) -> Change:
    """Fields that are not named stay. Labels and people by their names. Raises `BadRequest`."""
    return Change(
        verdict=(said["verdict"] or "") if "verdict" in said else None,
        labels=_labels(said["labels"]) if "labels" in said else None,
        assignee=_assignee(said["assignee"]) if "assignee" in said else STAYS,
        escalated=said.get("escalated"),
    )


def _labels(names: list[str]) -> frozenset[int]:
    known = dict(Label.objects.filter(name__in=names).values_list("name", "pk"))
    for name in names:
        if name not in known:
            raise BadRequest(f"There is no label {name[:50]!r}.", param="labels")
    return frozenset(known.values())


def _assignee(name: str | None) -> int | None:
    if name is None:
        return None
    found = judges().filter(username=name).values_list("pk", flat=True).first()
    if found is None:
        raise BadRequest("Only who may judge conversations can be given one.", param="assignee")
    return found


def _message(opened: Opened, key: str) -> dict[str, Any]:
    return opened.messages[key] | {"completions": opened.completions.get(key, [])}


def _row(row: Row, is_masked: bool) -> dict[str, Any]:
    return asdict(row) | {
        "conversation": str(row.conversation),
        "title": None if is_masked else row.title,
        "updated": timestamp(row.updated),
        "verdict": row.verdict or None,
        "assignee": row.assignee or None,
    }


def _hit(hit: Hit, is_masked: bool) -> dict[str, Any]:
    return {
        "conversation": str(hit.conversation),
        "title": None if is_masked else hit.title,
        "owner": hit.owner,
        "message": _id(hit.message),
        "role": hit.role or None,
        "status": hit.status or None,
        "snippet": None if is_masked else "".join(piece.text for piece in hit.snippet),
        "created": timestamp(hit.moment),
    }


def _notes(conversation: UUID) -> list[dict[str, Any]]:
    return [
        {
            "id": note.pk,
            "message": _id(note.message_id),
            "author": note.author.get_username() if note.author else None,
            "text": note.text,
            "created": timestamp(note.created),
        }
        for note in Note.objects.filter(conversation=conversation).select_related("author")
    ]


def _id(key: UUID | None) -> str | None:
    return None if key is None else str(key)
