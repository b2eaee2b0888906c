"""What every form says below the two fields of a new password: one sentence in place of Django's five."""

from django import forms
from django.utils.translation import gettext_lazy as _

WHAT_IS_GOOD = _("At least 8 characters, and not a common one.")


def explain(first: forms.Field, again: forms.Field) -> None:
    first.help_text = WHAT_IS_GOOD
    again.help_text = ""
