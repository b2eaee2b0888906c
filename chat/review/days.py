"""On which day of the site's time zone something was asked: an expression that is fast on both databases."""

from datetime import tzinfo
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, DateField, F, Func, Value, When
from django.db.models.functions import TruncDate

from chat.review.spans import Span, offsets


def asked_on(span: Span, zone: tzinfo) -> Any:
    """The day of `asked`. On SQLite by its own `date`: Django's way calls Python for each row."""
    if connection.vendor != "sqlite":
        return TruncDate("asked", tzinfo=zone)
    shifts = offsets(span.start, span.end, zone)
    whens = [When(asked__gte=since, then=_shifted(minutes)) for since, minutes in reversed(shifts[1:])]
    first = _shifted(shifts[0][1])
    return Case(*whens, default=first, output_field=DateField()) if whens else first


def _shifted(minutes: int) -> Func:
    shift = Value(f"{minutes:+} minutes", output_field=CharField())
    return Func(F("asked"), shift, function="date", output_field=DateField())
