"""The form that makes an API key: what it is for, until when, and how much it may use."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.quota import QUOTA_FIELDS, Quota
from chat.review.reader import PERMISSION as REVIEW_PERMISSION
from chat.scopes import DEFAULT_SCOPES, SCOPES, Scope
from chat.shown.keys import SCOPE_NAMES, SCOPE_TEXTS

LIFETIMES: tuple[tuple[str, str | Promise], ...] = (
    ("30", _("in 30 days")),
    ("90", _("in 90 days")),
    ("365", _("in a year")),
    ("", _("never, until it is revoked")),
)
LARGEST = 2**31 - 1
MOST_TOKENS = 10**15


class CostField(forms.DecimalField):
    """More than nothing, in hundredths; or empty."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False, min_value=Decimal("0.01"), max_digits=12, decimal_places=2, **options
        )


def scopes_for(user: User) -> tuple[Scope, ...]:
    """Those that would open something to this user."""
    able = {
        "review": user.is_staff and user.has_perm(REVIEW_PERMISSION),
        "admin": user.is_staff and user.has_perm("chat.view_apikey"),
    }
    return tuple(scope for scope in SCOPES if able.get(scope, True))


class KeyForm(forms.Form):
    """A name alone makes a key that asks and reads, for 90 days."""

    name = forms.CharField(label=_("Name of the new key"), required=False, max_length=100)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        error_messages={"required": _("Choose something that the key may do.")},
    )
    lifetime = forms.ChoiceField(label=_("It expires"), choices=LIFETIMES, required=False)
    requests_per_minute = forms.IntegerField(
        label=_("Requests a minute"), required=False, min_value=1, max_value=LARGEST
    )
    streams = forms.IntegerField(label=_("Replies at a time"), required=False, min_value=1, max_value=LARGEST)
    sockets = forms.IntegerField(
        label=_("Live connections at a time"), required=False, min_value=1, max_value=LARGEST
    )
    tokens_per_day = forms.IntegerField(
        label=_("Tokens a day"), required=False, min_value=1, max_value=MOST_TOKENS
    )
    tokens_per_month = forms.IntegerField(
        label=_("Tokens a month"), required=False, min_value=1, max_value=MOST_TOKENS
    )
    cost_per_day = CostField(label=_("Cost a day"))
    cost_per_month = CostField(
        label=_("Cost a month"),
        help_text=_("In the currency of the site’s prices. What has no price counts nothing."),
    )
    message_chars = forms.IntegerField(
        label=_("Characters a message"), required=False, min_value=1, max_value=LARGEST
    )
    attachment_bytes = forms.IntegerField(
        label=_("Bytes a file"), required=False, min_value=1, max_value=LARGEST
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"scopes": sorted(DEFAULT_SCOPES), "lifetime": "90"})
        super().__init__(*args, **kwargs)
        self.able = scopes_for(user)
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(scope, SCOPE_NAMES[scope]) for scope in self.able]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        return name.replace("\0", "").strip()

    def offered(self) -> list[tuple[str, str | Promise, str | Promise, bool]]:
        """Of each scope its value, its name, a sentence, and whether it is chosen."""
        chosen = self["scopes"].value() or ()
        return [(scope, SCOPE_NAMES[scope], SCOPE_TEXTS[scope], scope in chosen) for scope in self.able]

    def limit_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in QUOTA_FIELDS]

    @property
    def limits_are_open(self) -> bool:
        """Whether something was written into them."""
        return any(self[name].value() not in (None, "") for name in QUOTA_FIELDS)

    @property
    def expires(self) -> datetime | None:
        days = self.cleaned_data["lifetime"]
        return timezone.now() + timedelta(days=int(days)) if days else None

    @property
    def quota(self) -> Quota:
        return Quota(**{name: self.cleaned_data[name] for name in QUOTA_FIELDS})
