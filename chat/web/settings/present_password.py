"""The present password, asked for before what an open session alone must not do."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat import limits
from chat.web.signed_in import PageRequest


def gives_password(user: User) -> bool:
    """Whether this user has one that is of use. Else they sign in once more."""
    return bool(settings.CHAT_PASSWORD_SIGN_IN) and user.has_usable_password()


def ask_first(request: PageRequest) -> HttpResponse | None:
    """Where who has no password to give proves who they are. None where they did, or give it in the form."""
    if not settings.USES_ALLAUTH or gives_password(request.user):
        return None
    from chat.web.identity import confirming

    return confirming.ask_first(request)


class PresentPasswordForm(forms.Form):
    """Subclasses add their fields; the password is asked for last, of those who have one."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        if settings.USES_ALLAUTH and not gives_password(user):
            del self.fields["password"]
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
