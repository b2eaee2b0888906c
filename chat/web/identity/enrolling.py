"""Getting a second factor at the door, where the site requires one: no session before that."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import record_authentication
from allauth.account.stages import LoginStage
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from chat.errors import TooMany
from chat.web.doors import address_of
from chat.web.errors import too_many_sign_ins
from chat.web.identity.adapters import proofs
from chat.web.identity.authenticator_app import AppForm, add_app, qr_code

OWN_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class EnrolStage(LoginStage):
    """Who comes by single sign-on has proved to the provider what that asks for."""

    key = "enrol"
    urlname = "enrol"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user: User = self.login.user
        if settings.CHAT_SECOND_FACTOR != "required" or is_mfa_enabled(user, OWN_FACTORS):
            return None, True
        if any(proof["method"] == "socialaccount" for proof in proofs(self.request, user)):
            return None, True
        return redirect("enrol"), True


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@login_stage_required(stage=EnrolStage.key, redirect_urlname="account_login")  # type: ignore[untyped-decorator]
def page(request: HttpRequest) -> HttpResponse:
    stage: Any = request._login_stage  # type: ignore[attr-defined]
    user: User = stage.login.user
    form = AppForm(user, address_of(request), request.POST if request.method == "POST" else None)
    try:
        valid = form.is_valid()
    except TooMany as error:
        return too_many_sign_ins(request, error)
    if not valid:
        context = {"form": form, "secret": form.secret, "qr": qr_code(user, form.secret)}
        return render(request, "accounts/enrol.html", context, status=400 if form.is_bound else 200)
    row = add_app(request, user, form)
    record_authentication(request, user, "mfa", id=row.pk, type=row.type)
    answer: HttpResponse = stage.exit()
    if not request.user.is_authenticated:
        return answer
    return redirect(f"{reverse('recovery_codes')}?{urlencode({'next': answer['Location']})}")
