"""Settings, "Sign-in": the password, and where this user is signed in."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from chat import limits
from chat.auth import sign_ins
from chat.errors import TooMany
from chat.web.browsers import in_words
from chat.web.errors import too_many_sign_ins
from chat.web.settings.frame import saved, show
from chat.web.signed_in import PageRequest, signed_in


class PasswordForm(PasswordChangeForm):
    """Raises `TooMany` with the old password unchecked: an open session must not try passwords for ever."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The page has more than this form.
        self.fields["old_password"].widget.attrs.pop("autofocus", None)

    def clean_old_password(self) -> str:
        username = self.user.get_username()
        limits.sign_ins.take("", username)
        password: str = super().clean_old_password()
        limits.sign_ins.succeeded("", username)
        return password


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: PageRequest) -> HttpResponse:
    """The page; a POST changes the password."""
    if request.method != "POST":
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


def _show(request: PageRequest, form: PasswordForm, *, status: int = 200) -> HttpResponse:
    places: list[dict[str, Any]] = [
        asdict(place) | {"browser": in_words(place.user_agent)}
        for place in sign_ins.places_of(request.user, request.session.session_key)
    ]
    return show(request, "password", {"password_form": form, "places": places}, status=status)
