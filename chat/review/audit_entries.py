"""The entries of the audit log that an auditor asks for: filtered, newest first, a page at a time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date

from chat.actions.accounts import ERASED, GOING
from chat.models import AuditEntry

PAGE: Final = 50
LONGEST: Final = 150
"""Characters of a field of the form: of a username, the longest of them."""
CLOCK_STEPS: Final = 10_000
"""Entries by which numbers and times may disagree, where a server's clock was set back."""
SERVER_ITSELF: Final = "-"
"""In place of a username: entries of nobody."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for, as text; empty is all. `wrong` names what cannot be understood."""

    actor: str = ""
    action: str = ""
    kind: str = ""
    object: str = ""
    since: str = ""
    until: str = ""

    @property
    def given(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def wrong(self) -> list[str]:
        return [name for name in ("since", "until") if getattr(self, name) and _day(self, name) is None]


def wanted(query: Mapping[str, str]) -> Wanted:
    names = Wanted.__dataclass_fields__
    return Wanted(**{name: query.get(name, "").replace("\0", "").strip()[:LONGEST] for name in names})


def entries(of: Wanted) -> QuerySet[AuditEntry]:
    """In no order yet. A day that cannot be read matches nothing: never more than was asked for."""
    if of.wrong:
        return AuditEntry.objects.none()
    condition = Q()
    if of.actor:
        condition &= _of_actor(of.actor)
    for name in ("action", "kind", "object"):
        if value := getattr(of, name):
            condition &= Q(**{name: value})
    if day := _day(of, "since"):
        condition &= _since(_beginning(day))
    if day := _day(of, "until"):
        condition &= _before(_beginning(day + timedelta(days=1)))
    return AuditEntry.objects.filter(condition)


def _since(moment: datetime) -> Q:
    """With where it begins among the numbers, by which a page is read: else all newer ones are looked at."""
    matching = Q(at__gte=moment)
    first = AuditEntry.objects.filter(matching).order_by("at").values_list("id", flat=True).first()
    return Q(pk__in=()) if first is None else matching & Q(id__gte=first - CLOCK_STEPS)


def _before(moment: datetime) -> Q:
    matching = Q(at__lt=moment)
    last = AuditEntry.objects.filter(matching).order_by("-at").values_list("id", flat=True).first()
    return Q(pk__in=()) if last is None else matching & Q(id__lte=last + CLOCK_STEPS)


def page(of: Wanted, before: int | None) -> tuple[list[AuditEntry], int | None]:
    """The next ones before an entry, newest first, and before which one the page after it begins."""
    rows = entries(of)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows.order_by("-id")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def oldest_first(of: Wanted, after: int, through: int, most: int) -> list[AuditEntry]:
    """Some of them, for an export."""
    return list(entries(of).filter(id__gt=after, id__lte=through).order_by("id")[:most])


def names_of(users: Iterable[int]) -> dict[int, str]:
    """The names that the users have now; those whose account is shut or gone have none."""
    found = User.objects.filter(id__in=set(users)).values_list("id", "username")
    return {key: name for key, name in found if not name.startswith((GOING, ERASED))}


def users_in(rows: Iterable[AuditEntry]) -> Iterator[int]:
    """Who did it, and to whom."""
    for row in rows:
        if row.actor is not None:
            yield row.actor
        if row.kind == "user" and row.object.isdecimal():
            yield int(row.object)


def last_verified() -> AuditEntry | None:
    return AuditEntry.objects.filter(action="verify").order_by("-id").first()


def _of_actor(text: str) -> Q:
    if text == SERVER_ITSELF:
        return Q(actor=None)
    ids = list(User.objects.filter(username=text).values_list("id", flat=True))
    # The number of one who is gone; who is called by a number is found as well.
    if text.isdecimal() and len(text) < 19:
        ids.append(int(text))
    return Q(actor__in=ids)


def _day(of: Wanted, name: str) -> date | None:
    try:
        return parse_date(getattr(of, name))
    except ValueError:
        return None


def _beginning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def as_row(entry: AuditEntry) -> dict[str, Any]:
    """An entry with all that its hash is made of, so that who has the export can verify it."""
    return {
        "id": entry.id,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "via": entry.via,
        "action": entry.action,
        "kind": entry.kind,
        "object": entry.object,
        "details": entry.details,
        "previous": entry.previous,
        "hash": entry.hash,
    }
