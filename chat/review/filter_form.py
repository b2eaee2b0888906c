"""Reads a filter from an address: a form, so that what is wrong is said where it was written."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from chat.errors import BadRequest
from chat.models import Label
from chat.models.digest import FINISHES, SOURCES
from chat.models.judgement import Verdict
from chat.models.status import Status
from chat.review.filters import Filter
from chat.search.query import parse

LARGEST: Final = 10**15
SOURCE_NAMES: Final = {
    "page": _("Chat page"),
    "api": _("API"),
    "websocket": "WebSocket",
    "openai": _("OpenAI-compatible"),
    "import": _("Import"),
}
FINISH_NAMES: Final = {
    "stop": _("Finished"),
    "length": _("Length limit"),
    "content_filter": _("Content filter"),
    "tool_calls": _("Tool calls"),
    "other": _("Other"),
}
ANY: Final = ("", _("Any"))


class BadFilter(ValueError):
    """No filter: a name of what is gone, or an address that somebody wrote."""


def _several(label: Any, choices: Mapping[str, Any]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=list(choices.items()), required=False, widget=forms.CheckboxSelectMultiple
    )


def _one(label: Any, *choices: tuple[str, Any]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[ANY, *choices], required=False)


def _number(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=LARGEST)


def _with_names(of: str) -> forms.TextInput:
    """The page has a list of them."""
    return forms.TextInput(attrs={"list": f"finding-{of}", "autocomplete": "off"})


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the day as 2025-01-31.")},
    )


class FilterForm(forms.Form):
    """Its fields are those of `Filter`."""

    q = forms.CharField(label=_("Words"), required=False, max_length=200)
    user = forms.CharField(
        label=_("User"),
        required=False,
        max_length=150,
        widget=_with_names("users"),
    )
    group = forms.ModelChoiceField(
        Group.objects.order_by("name"), label=_("Group"), required=False, empty_label=_("Any")
    )
    model = forms.CharField(
        label=_("Model"),
        required=False,
        max_length=200,
        widget=_with_names("models"),
    )
    status = _several(_("Status"), dict(Status.choices))
    cause = forms.CharField(
        label=_("Cause"),
        required=False,
        max_length=60,
        help_text=_("Why a reply failed or was cut off: a code, as the figures name it."),
    )
    finish = _several(_("Finish reason"), {name: FINISH_NAMES[name] for name in FINISHES})
    source = _several(_("Source"), {name: SOURCE_NAMES[name] for name in SOURCES})
    rating = _one(_("Rating"), ("up", _("Thumbs up")), ("down", _("Thumbs down")))
    comment = forms.BooleanField(label=_("Has a comment"), required=False)
    flagged = _one(_("Flags"), ("open", _("An open flag")), ("any", _("Any flag, resolved ones too")))
    verdict = _one(_("Verdict"), ("none", _("No verdict")), *Verdict.choices)
    label = forms.ModelChoiceField(
        Label.objects.order_by("name"), label=_("Label"), required=False, empty_label=_("Any")
    )
    assignee = forms.CharField(
        label=_("Assignee"), required=False, max_length=150, help_text=_("A name, “me” or “nobody”.")
    )
    escalated = forms.BooleanField(label=_("Escalated"), required=False)
    length_from = _number(_("Characters from"))
    length_to = _number(_("Characters to"))
    tokens_from = _number(_("Tokens from"))
    tokens_to = _number(_("Tokens to"))
    date_from = _day(_("Asked from"))
    date_to = _day(_("Asked to"))
    sort = forms.ChoiceField(
        label=_("Order"),
        choices=[("newest", _("Newest first")), ("ranked", _("Best match first"))],
        required=False,
    )

    def clean_q(self) -> str:
        q: str = self.cleaned_data["q"]
        try:
            parse(q)
        except BadRequest:
            raise ValidationError(_("Search for at most 10 words and 200 characters.")) from None
        return q

    def clean_user(self) -> str:
        return self._known(self.cleaned_data["user"])

    def clean_assignee(self) -> str:
        name: str = self.cleaned_data["assignee"]
        return name if name in ("me", "nobody") else self._known(name)

    def _known(self, name: str) -> str:
        if name and not User.objects.filter(username=name).exists():
            raise ValidationError(_("There is no user of this name."))
        return name

    def filter(self) -> Filter | None:
        """None where something is wrong: `errors` says what."""
        if not self.is_valid():
            return None
        found = dict(self.cleaned_data)
        for name in ("group", "label"):
            found[name] = found[name] and found[name].pk
        for name in ("status", "finish", "source"):
            found[name] = tuple(found[name])
        found["sort"] = found["sort"] or "newest"
        return Filter(**found)


def read_filter(query: str) -> Filter:
    """The filter of a query string, of which other parts mean nothing here. Raises `BadFilter`."""
    try:
        data = QueryDict(query)
    except Exception as error:  # more fields than Django reads, or none that it can
        raise BadFilter from error
    found = FilterForm(data).filter()
    if found is None:
        raise BadFilter
    return found
