"""Verifies the chain: every entry is the one that was written, none is missing between two."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from chat.audit.entry_hash import FIRST, entry_hash
from chat.models import AuditEntry

BATCH: Final = 2000


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


def verify(*, progress: Callable[[int], object] = lambda _number: None) -> tuple[Head, list[Fault]]:
    """Read all entries, oldest first, in constant memory."""
    faults: list[Fault] = []
    before = NO_ENTRIES
    for entry in _entries():
        faults += _faults_of(entry, before)
        before = Head(entry.id, entry.hash)
        if entry.id % BATCH == 0:
            progress(entry.id)
    return before, faults


def head() -> Head:
    last = AuditEntry.objects.order_by("-id").values_list("id", "hash").first()
    return Head(*last) if last else NO_ENTRIES


def is_part(known: Head) -> bool:
    """Whether the chain goes through an end that was noted earlier."""
    return known == NO_ENTRIES or AuditEntry.objects.filter(id=known.number, hash=known.hash).exists()


def _entries() -> Iterator[AuditEntry]:
    after = 0
    while batch := list(AuditEntry.objects.filter(id__gt=after).order_by("id")[:BATCH]):
        yield from batch
        after = batch[-1].id


def _faults_of(entry: AuditEntry, before: Head) -> list[Fault]:
    own = entry_hash(
        entry.id,
        entry.at,
        entry.actor,
        entry.via,
        entry.action,
        entry.kind,
        entry.object,
        entry.details,
        entry.previous,
    )
    checks = (
        ("missing", entry.id == before.number + 1),
        ("changed", entry.hash == own),
        ("unlinked", entry.previous == before.hash),
    )
    return [Fault(entry.id, what) for what, holds in checks if not holds]
