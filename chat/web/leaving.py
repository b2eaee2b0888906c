"""What becomes of a running reply when its last page is closed: the choice, and how the site's is told."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chat.models.preferences import Leaving

LONGEST = 24 * 3600
"""Seconds; as for the site's own setting."""


class LeavingForm(forms.Form):
    leaving = forms.ChoiceField(choices=Leaving.choices)
    leaving_seconds = forms.IntegerField(
        label=gettext_lazy("Seconds"),
        required=False,
        min_value=1,
        max_value=LONGEST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        missing = "leaving_seconds" not in self.errors and cleaned.get("leaving_seconds") is None
        if cleaned.get("leaving") == Leaving.AFTER and missing:
            self.add_error("leaving_seconds", _("Enter the number of seconds."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """The seconds stay as they were where another way was chosen and none were given."""
        return {name: value for name, value in self.cleaned_data.items() if value is not None}


def ways_to_leave() -> list[tuple[str, str]]:
    """The choices, the site's own way said in words."""
    site = _("As the site does: {way}").format(way=_way_of_site())
    labels: dict[str, str] = {value: str(label) for value, label in Leaving.choices}
    return [*(labels | {Leaving.SITE.value: site}).items()]


def _way_of_site() -> str:
    window = settings.CHAT_WEB_RESUME_WINDOW
    if window is None:
        return _("finish it")
    if not window:
        return _("stop it")
    seconds = f"{window:g}"
    return ngettext("go on for {seconds} second", "go on for {seconds} seconds", window).format(
        seconds=seconds
    )
