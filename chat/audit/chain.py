"""Verifies the chain: every entry is the one that was written, none is missing between two."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from chat.audit.entry_hash import FIRST, entry_hash
from chat.models import AuditEntry

BATCH: Final = 2000
HASHED: Final = ("id", "at", "actor", "via", "action", "kind", "object", "details", "previous")
"""In the order in which `entry_hash` takes them."""
UNREADABLE: Final = (ValueError, TypeError, AttributeError)
"""What Python says of a value that we did not write: details that are no JSON, a time that is none."""


@dataclass(frozen=True, slots=True)
class Fault:
    number: int
    what: str
    """`missing` (entries before it), `changed` (its hash is another), `unlinked` (it follows another one)."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: kept elsewhere, it shows later whether the end was cut off or written anew."""

    number: int
    hash: str


NO_ENTRIES: Final = Head(0, FIRST)


def verify(
    after: Head = NO_ENTRIES, most: int | None = None, *, progress: Callable[[int], object] = lambda _at: None
) -> tuple[Head, list[Fault]]:
    """Read all entries, or the next so many, oldest first, in constant memory: where it ended, its faults."""
    faults: list[Fault] = []
    before, left = after, most
    while left is None or left > 0:
        size = BATCH if left is None else min(BATCH, left)
        batch = _batch(before.number, size)
        for number, own, previous, stored in batch:
            faults += _faults_of(number, own, previous, stored, before)
            before = Head(number, stored)
        progress(before.number)
        if len(batch) < size:
            break
        left = None if left is None else left - size
    return before, faults


def head() -> Head:
    last = AuditEntry.objects.order_by("-id").values_list("id", "hash").first()
    return Head(*last) if last else NO_ENTRIES


def is_part(known: Head) -> bool:
    """Whether the chain goes through an end that was noted earlier."""
    return known == NO_ENTRIES or AuditEntry.objects.filter(id=known.number, hash=known.hash).exists()


Link = tuple[int, str, str, str]
"""Number, the hash that the entry should have, the one that it follows, the one that it has."""


def _batch(after: int, size: int) -> list[Link]:
    rows = AuditEntry.objects.filter(id__gt=after).order_by("id")[:size]
    try:
        return [_link(row) for row in rows.values_list(*HASHED, "hash")]
    except UNREADABLE:
        return list(_one_by_one(after, size))


def _one_by_one(after: int, size: int) -> Iterator[Link]:
    """Where one of them cannot be read: that one has changed, and the others are looked at all the same."""
    bare = AuditEntry.objects.filter(id__gt=after).order_by("id").values_list("id", "previous", "hash")
    for number, previous, stored in bare[:size]:
        try:
            yield _link(AuditEntry.objects.filter(id=number).values_list(*HASHED, "hash").get())
        except UNREADABLE:
            yield number, "", previous, stored


def _link(row: tuple[Any, ...]) -> Link:
    *hashed, stored = row
    return hashed[0], entry_hash(*hashed), hashed[-1], stored


def _faults_of(number: int, own: str, previous: str, stored: str, before: Head) -> Iterator[Fault]:
    if number != before.number + 1:
        yield Fault(number, "missing")
    if stored != own:
        yield Fault(number, "changed")
    if previous != before.hash:
        yield Fault(number, "unlinked")
