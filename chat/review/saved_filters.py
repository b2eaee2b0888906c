"""Filters that reviewers keep a name for: each their own, and those that others share."""

from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from chat.audit import Actor, record
from chat.errors import BadRequest, Conflict, NotFound
from chat.models import SavedFilter
from chat.review.filters import Filter

MOST: Final = 100
"""Of one reviewer: they stand in a list."""
MAX_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Saved:
    id: int
    name: str
    query: str
    shared: bool
    owner: str
    """Empty: the reviewer's own."""


def saved_filters(reviewer: int) -> list[Saved]:
    """Their own by name, then those of others. One query."""
    rows = SavedFilter.objects.filter(Q(owner=reviewer) | Q(shared=True, owner__is_active=True))
    found = [
        Saved(
            row.pk,
            row.name,
            row.query,
            row.shared,
            "" if row.owner_id == reviewer else row.owner.get_username(),
        )
        for row in rows.select_related("owner").order_by("name", "id")
    ]
    return sorted(found, key=lambda saved: bool(saved.owner))


@transaction.atomic
def save_filter(actor: Actor, name: str, wanted: Filter, *, shared: bool = False) -> int:
    """Raises `BadRequest` for a name that is none, `Conflict` for one that there is already."""
    if SavedFilter.objects.filter(owner_id=actor.user).count() >= MOST:
        raise Conflict(f"There are {MOST} saved filters: delete one first.", code="too_many")
    assert actor.user is not None
    row = SavedFilter(owner_id=actor.user, name=_checked(name), query=wanted.query(), shared=shared)
    _write(row)
    record(actor, "save_filter", "filter", row.pk, {"change": "saved", "shared": shared})
    return row.pk


@transaction.atomic
def change_filter(actor: Actor, key: int, *, name: str | None = None, shared: bool | None = None) -> None:
    """Give it another name, share it, or share it no more. Only its owner may."""
    row = _own(actor, key)
    if name is not None:
        row.name = _checked(name)
    if shared is not None:
        row.shared = shared
    _write(row)
    record(actor, "save_filter", "filter", row.pk, {"change": "changed", "shared": row.shared})


@transaction.atomic
def delete_filter(actor: Actor, key: int) -> Saved:
    """What it was, so that it can be brought back by saving it again."""
    row = _own(actor, key)
    found = Saved(key, row.name, row.query, row.shared, "")
    row.delete()
    record(actor, "save_filter", "filter", key, {"change": "deleted"})
    return found


def _own(actor: Actor, key: int) -> SavedFilter:
    row = SavedFilter.objects.select_for_update(no_key=True).filter(pk=key, owner_id=actor.user).first()
    if row is None:
        raise NotFound("There is no such filter, or it is not yours.")
    return row


def _checked(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not 1 <= len(name) <= MAX_NAME:
        raise BadRequest(f"A name has 1 to {MAX_NAME} characters.", param="name")
    return name


def _write(row: SavedFilter) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Conflict("You have a filter of this name already.", code="name_taken") from None
