"""Which days, which group, which model: what the dashboard's address says, and nothing else."""

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.review.spans import LONGEST, Span

RANGES: Final = (7, 30, 90)
DEFAULT: Final = 30
KNOWN: Final = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2099, 12, 31)))


class SpanForm(forms.Form):
    date_from = forms.DateField(
        label=_("From"),
        required=False,
        validators=KNOWN,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    date_to = forms.DateField(
        label=_("To"),
        required=False,
        validators=KNOWN,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    group = forms.ModelChoiceField(
        Group.objects.order_by("name"), label=_("Group"), required=False, empty_label=_("All groups")
    )
    model = forms.CharField(label=_("Model"), required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        start, end = found.get("date_from"), found.get("date_to")
        if start and end and start > end:
            self.add_error("date_to", _("The last day is before the first one."))
        elif start and (end or timezone.localdate()) - start >= timedelta(days=LONGEST):
            self.add_error("date_from", _("Choose a year at most."))
        return found

    def span(self) -> Span:
        """What is wrong counts as not said."""
        found = self.cleaned_data if self.is_bound and not self.errors else {}
        end: date = found.get("date_to") or timezone.localdate()
        start: date = found.get("date_from") or end - timedelta(days=DEFAULT - 1)
        group = found.get("group")
        return Span(min(start, end), end, group.pk if group else None, found.get("model") or "")
