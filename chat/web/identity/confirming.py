"""What an open session alone must not do: it asks for another proof, unless there was one just now."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from chat.errors import TooMany
from chat.web.doors import address_of, there_of
from chat.web.errors import too_many_sign_ins
from chat.web.identity.adapters import proofs
from chat.web.identity.codes import CodeForm
from chat.web.settings.frame import show
from chat.web.settings.present_password import PresentPasswordForm, gives_password
from chat.web.signed_in import PageRequest, signed_in

FRESH_SECONDS: Final = 10 * 60

View = Callable[..., HttpResponse]


def confirmed(view: View) -> View:
    """For views of who is signed in: a POST that comes too late is asked for again."""

    @wraps(view)
    def wrapped(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return ask_first(request) or view(request, *args, **kwargs)

    return wrapped


def ask_first(request: PageRequest) -> HttpResponse | None:
    """To where it is asked for. None where there was a proof just now."""
    given = proofs(request, request.user)
    if given and time.time() - given[-1]["at"] < FRESH_SECONDS:
        return None
    back = request.get_full_path() if request.method == "GET" else reverse("web:password")
    return redirect(f"{reverse('confirm')}?{urlencode({'next': back})}")


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: PageRequest) -> HttpResponse:
    """The password, or a code. Who has neither signs in once more."""
    user, there = request.user, there_of(request) or reverse("web:password")
    form, method = _form(user, request)
    if request.method == "POST" and form is not None:
        try:
            valid = form.is_valid()
        except TooMany as error:
            return too_many_sign_ins(request, error)
        if valid:
            record_authentication(request, user, method)
            return redirect(there)
    context = {
        "form": form,
        "next": there,
        "oidc_name": form is None and settings.CHAT_OIDC_ISSUER and settings.CHAT_OIDC_NAME,
        "has_passkey": Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists(),
    }
    status = 400 if form is not None and form.is_bound else 200
    return show(request, "password", context, template="settings/confirm.html", status=status)


def _form(user: User, request: HttpRequest) -> tuple[Any, str]:
    data = request.POST if request.method == "POST" else None
    if gives_password(user):
        return PresentPasswordForm(user, data), "password"
    if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        return CodeForm(user, address_of(request), data), "mfa"
    return None, ""
