"""What of a filter is active, in words, each with the way to be without it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.forms import ChoiceField
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from chat.review.filter_form import FilterForm
from chat.review.filters import NOT_A_CONDITION, Filter


@dataclass(frozen=True, slots=True)
class Chip:
    name: str
    value: str
    """Empty where the name says it all."""
    without: str
    """The address of the list without it."""


def chips_of(form: FilterForm, wanted: Filter) -> list[Chip]:
    """Of a form that is valid."""
    found = []
    for name in wanted.said():
        if name in NOT_A_CONDITION:
            continue
        value = form.cleaned_data[name]
        query = wanted.without(name).query()
        found.append(
            Chip(
                str(form.fields[name].label),
                "" if value is True else _said(form.fields[name], value),
                f"{reverse('review:list')}{'?' if query else ''}{query}",
            )
        )
    return found


def _said(field: Any, value: Any) -> str:
    if isinstance(field, ChoiceField) and not isinstance(value, Model):
        names = {str(key): str(name) for key, name in dict(field.choices).items()}  # type: ignore[arg-type]
        values = value if isinstance(value, list) else [value]
        return _(", ").join(names[each] for each in values)
    if isinstance(value, int):
        return str(number_format(value, force_grouping=True))
    if hasattr(value, "isoformat"):
        return str(date_format(value, "DATE_FORMAT"))
    return {"me": _("me"), "nobody": _("nobody")}.get(str(value), str(value))
