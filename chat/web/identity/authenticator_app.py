"""An authenticator app: its secret, a picture and letters, is kept once a code of it was right."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, clear_totp_secret, get_totp_secret, validate_totp_code
from django import forms
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from qrcode.main import QRCode

from chat.web.identity.codes import CodeField, guesses_counted


class AppForm(forms.Form):
    """Raises `TooMany`, with the code unchecked. The secret waits in the session until then."""

    code = CodeField()

    def __init__(self, user: User, address: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user, self._address = user, address
        self.secret: str = get_totp_secret(regenerate=not self.is_bound)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        with guesses_counted(self._user, self._address):
            if not validate_totp_code(self.secret, code):
                raise forms.ValidationError(_("This code is wrong. Is the time on your phone right?"))
        return code


@transaction.atomic
def add_app(request: HttpRequest, user: User, form: AppForm) -> Authenticator:
    """The app in the place of any other, and recovery codes where there are none."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
    row: Authenticator = TOTP.activate(user, form.secret).instance
    RecoveryCodes.activate(user)
    clear_totp_secret(request)
    return row


def qr_code(user: User, secret: str) -> SafeString:
    """As SVG, for a camera: dark on light whatever the page looks like. Letters beside it say the same."""
    code = QRCode(border=4)
    code.add_data(get_adapter().build_totp_url(user, secret))
    rows = code.get_matrix()
    dots = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark
    )
    size = len(rows)
    attributes = f'class="qr" viewBox="0 0 {size} {size}" aria-hidden="true" shape-rendering="crispEdges"'
    return mark_safe(f'<svg {attributes}><path d="{dots}"/></svg>')  # noqa: S308 (numbers of our own)
