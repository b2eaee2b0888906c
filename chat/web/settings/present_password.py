"""The present password, asked for before what an open session alone must not do."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat import limits


class PresentPasswordForm(forms.Form):
    """Subclasses add their fields; the password is asked for last."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        self.order_fields([*(name for name in self.fields if name != "password"), "password"])

    def clean_password(self) -> str:
        """Raises `TooMany`, with the password unchecked: an open session must not try passwords for ever."""
        password: str = self.cleaned_data["password"]
        username = self._user.get_username()
        limits.sign_ins.take("", username)
        if not self._user.check_password(password):
            raise forms.ValidationError(_("This is not your password."))
        limits.sign_ins.succeeded("", username)
        return password
