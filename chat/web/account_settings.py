"""The settings page: the look, the password, and the keys by which programs come in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from chat.auth.keys import create_key, keys_of, revoke_key
from chat.web.context import THEME_COOKIE, THEMES
from chat.web.sidebar import sidebar_of
from chat.web.signed_in import PageRequest, signed_in
from chat.web.texts import TEXTS

A_YEAR = 365 * 24 * 3600


@never_cache
@require_GET
@signed_in
def settings_page(request: PageRequest) -> HttpResponse:
    return render(request, "accounts/settings.html", _page(request, PasswordChangeForm(request.user)))


@require_POST
@signed_in
def change_password(request: PageRequest) -> HttpResponse:
    form = PasswordChangeForm(request.user, request.POST)
    if not form.is_valid():
        return render(request, "accounts/settings.html", _page(request, form), status=400)
    # The other sessions of this user end; this one goes on.
    update_session_auth_hash(request, form.save())
    messages.success(request, _("Your password was changed."))
    return redirect("web:settings")


@require_POST
@signed_in
def choose_theme(request: PageRequest) -> HttpResponse:
    response = redirect("web:settings")
    theme = request.POST.get("theme")
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, theme, max_age=A_YEAR, samesite="Lax", secure=request.is_secure())
    return response


@never_cache
@require_POST
@signed_in
def make_key(request: PageRequest) -> HttpResponse:
    """Make a key and show it, this once."""
    name = request.POST.get("name", "").replace("\0", "").strip()[:100]
    _row, key = create_key(request.user, name)
    context = {"keys": keys_of(request.user), "new_key": key}
    if request.htmx:
        return render(request, "accounts/keys.html", context)
    return render(
        request, "accounts/settings.html", _page(request, PasswordChangeForm(request.user)) | context
    )


@require_POST
@signed_in
def revoke(request: PageRequest, prefix: str) -> HttpResponse:
    revoke_key(prefix, user=request.user)
    if request.htmx:
        return render(request, "accounts/keys.html", {"keys": keys_of(request.user)})
    return redirect("web:settings")


def _page(request: PageRequest, form: PasswordChangeForm) -> dict[str, Any]:
    # It is one section of several: the page opens at its top, unless there is something to mend.
    if not form.errors:
        del form.fields["old_password"].widget.attrs["autofocus"]
    return {
        "sidebar": sidebar_of(request),
        "texts": {name: str(text) for name, text in TEXTS.items()},
        "password_form": form,
        "themes": [("system", _("Like the system")), ("light", _("Light")), ("dark", _("Dark"))],
        "keys": keys_of(request.user),
    }
