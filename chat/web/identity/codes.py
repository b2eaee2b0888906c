"""Codes of authenticator apps and recovery codes: checked, used once, and not guessed for ever."""

import logging
from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django import forms
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat import limits
from chat.upstream.secrets import Unreadable

logger = logging.getLogger(__name__)
COUNTER = "counter"
"""The step of time whose code was used last: neither that nor an earlier one is taken again."""


class CodeField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        super().__init__(
            label=gettext_lazy("Code"), max_length=64, widget=forms.TextInput(attrs=attrs), **kwargs
        )


class CodeForm(forms.Form):
    """Raises `TooMany`, with the code unchecked. Good codes are used up."""

    code = CodeField()

    def __init__(self, user: User, address: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user, self._address = user, address

    def clean_code(self) -> Authenticator:
        code: str = self.cleaned_data["code"]
        with guesses_counted(self._user, self._address):
            found = take_code(self._user, code)
            if found is None:
                raise forms.ValidationError(_("This code is wrong, or was used already."))
            return found


class guesses_counted:  # noqa: N801 (a context manager)
    """Around a guess: a failure counts for the address and for this user's codes, apart from their passwords.

    Apart, since who knows the password could begin anew with it between the guesses.
    """

    def __init__(self, user: User, address: str) -> None:
        # No username has a space.
        self._counted = (address, f"{user.get_username()} code")

    def __enter__(self) -> None:
        limits.sign_ins.take(*self._counted)

    def __exit__(self, failed: Any, *_: object) -> None:
        if failed is None:
            limits.sign_ins.succeeded(*self._counted)


@transaction.atomic
def take_code(user: User, code: str) -> Authenticator | None:
    """What the code is of: the app, or the list of recovery codes. None where it is wrong or used."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    for row in Authenticator.objects.select_for_update().filter(user=user, type__in=kinds):
        try:
            good = _take_step(row, code) if row.type == kinds[0] else row.wrap().validate_code(code)
        except Unreadable:
            logger.exception("The second factor of user %s cannot be read", user.pk)
            continue
        if good:
            return row
    return None


def _take_step(row: Authenticator, code: str) -> bool:
    secret = decrypt(row.data["secret"])
    for counter in yield_hotp_counters_from_time():
        right = compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter)))
        if right and counter > row.data.get(COUNTER, 0):
            row.data[COUNTER] = counter
            row.save(update_fields=["data"])
            return True
    return False
