"""The second step of a sign-in: a code, or a passkey. And the passkey that is the only step."""

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.models import Login
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, LoginWebAuthnForm
from allauth.mfa.webauthn.internal.auth import begin_authentication
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chat import limits
from chat.errors import TooMany
from chat.web.doors import address_of, there_of
from chat.web.errors import too_many_sign_ins
from chat.web.identity.codes import CodeForm


@require_http_methods(["GET", "HEAD", "POST"])
@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")  # type: ignore[untyped-decorator]
def page(request: HttpRequest) -> HttpResponse:
    """The password was right, or single sign-on: now the second factor."""
    stage: Any = request._login_stage  # type: ignore[attr-defined]
    user: User = stage.login.user
    posted = request.POST if request.method == "POST" else None
    by_passkey = posted is not None and "credential" in posted
    code_form = CodeForm(user, address_of(request), None if by_passkey else posted)
    form = AuthenticateWebAuthnForm(posted, user=user) if by_passkey else code_form
    try:
        if posted is not None and form.is_valid():
            post_authentication(request, form.cleaned_data["credential" if by_passkey else "code"])
            answer: HttpResponse = stage.exit()
            return answer
    except TooMany as error:
        return too_many_sign_ins(request, error)
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    context: dict[str, Any] = {"form": code_form, "passkey_failed": by_passkey, "has_app": "totp" in kinds}
    if "webauthn" in kinds:
        context["passkey_options"] = begin_authentication(user)
    return render(request, "accounts/second_step.html", context, status=200 if posted is None else 400)


@never_cache
@require_http_methods(["GET", "POST"])
def by_passkey(request: HttpRequest) -> HttpResponse:
    """GET: what the browser's passkeys have to sign. POST: the signature, which names its user."""
    address = address_of(request)
    try:
        # Each begins a session, so those that lead nowhere are counted.
        if request.method == "GET":
            limits.sign_ins.take(address)
            return JsonResponse(begin_authentication())
        form = LoginWebAuthnForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("This passkey is not known here."))
            return redirect("web:login")
    except TooMany as error:
        return too_many_sign_ins(request, error)
    limits.sign_ins.succeeded(address)
    row: Authenticator = form.cleaned_data["credential"]
    login = Login(user=row.user, redirect_url=there_of(request) or None)
    answer: HttpResponse = perform_passwordless_login(request, row, login)
    return answer
