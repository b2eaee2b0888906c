"""Settings, "Sign-in": the password, the address for a new one, and where this user is signed in."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from chat import limits
from chat.auth import sign_ins
from chat.errors import TooMany
from chat.web.browsers import in_words
from chat.web.errors import too_many_sign_ins
from chat.web.password_help import explain
from chat.web.settings.frame import saved, show
from chat.web.settings.present_password import PresentPasswordForm, ask_first, gives_password
from chat.web.signed_in import PageRequest, signed_in


class PasswordForm(PasswordChangeForm):
    """Raises `TooMany` with the old password unchecked: an open session must not try passwords for ever."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The page has more than this form.
        self.fields["old_password"].widget.attrs.pop("autofocus", None)
        explain(self.fields["new_password1"], self.fields["new_password2"])

    def clean_old_password(self) -> str:
        username = self.user.get_username()
        limits.sign_ins.take("", username)
        password: str = super().clean_old_password()
        limits.sign_ins.succeeded("", username)
        return password


class AddressForm(PresentPasswordForm):
    """Whoever chooses the address can have a new password sent there: so it takes the present one."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("A link is sent there if you forget your password. Empty: none."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: PageRequest) -> HttpResponse:
    """The page; a POST changes the password."""
    if request.method != "POST" or (settings.USES_ALLAUTH and not gives_password(request.user)):
        return _show(request, PasswordForm(request.user))
    form = PasswordForm(request.user, request.POST)
    try:
        valid = form.is_valid()
    except TooMany as error:
        return too_many_sign_ins(request, error)
    if not valid:
        return _show(request, form, status=400)
    before = request.session.session_key
    # The other sessions of this user end; this one goes on, under another key.
    update_session_auth_hash(request, form.save())
    now = request.session.session_key
    if before is not None and now is not None:
        sign_ins.renamed(before, now)
    sign_ins.end_all(request.user, but=now)
    return saved(request, "password", _("Your password was changed. Your other devices are signed out."))


@sensitive_post_parameters()
@require_POST
@signed_in
def choose_address(request: PageRequest) -> HttpResponse:
    if (answer := ask_first(request)) is not None:
        return answer
    form = AddressForm(request.user, request.POST, auto_id="id_address_%s")
    try:
        valid = form.is_valid()
    except TooMany as error:
        return too_many_sign_ins(request, error)
    if not valid:
        return _show(request, PasswordForm(request.user), form, status=400)
    request.user.email = form.cleaned_data["email"]
    request.user.save(update_fields=["email"])
    return saved(request, "password", _("Your e-mail address was saved."))


@require_POST
@signed_in
def end_sign_in(request: PageRequest, sign_in_id: UUID) -> HttpResponse:
    sign_ins.end(request.user, sign_in_id)  # one that has ended meanwhile is as good
    return saved(request, "password", _("That device is signed out."))


@require_POST
@signed_in
def end_other_sign_ins(request: PageRequest) -> HttpResponse:
    ended = sign_ins.end_all(request.user, but=request.session.session_key)
    text = ngettext("{number} other device is signed out.", "{number} other devices are signed out.", ended)
    return saved(request, "password", text.format(number=ended))


def _show(
    request: PageRequest, form: PasswordForm, address_form: AddressForm | None = None, *, status: int = 200
) -> HttpResponse:
    places: list[dict[str, Any]] = [
        asdict(place) | {"browser": in_words(place.user_agent)}
        for place in sign_ins.places_of(request.user, request.session.session_key)
    ]
    address_form = address_form or AddressForm(
        request.user, initial={"email": request.user.email}, auto_id="id_address_%s"
    )
    context = {
        "password_form": form if not settings.USES_ALLAUTH or gives_password(request.user) else None,
        "address_form": address_form if settings.EMAIL_URL else None,
        "places": places,
    }
    if settings.USES_ALLAUTH:
        from chat.web.identity.shown import identity_of

        context |= identity_of(request.user)
    return show(request, "password", context, status=status)
