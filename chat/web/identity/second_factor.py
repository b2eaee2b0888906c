"""Settings, "Sign-in": the app, the passkeys and the recovery codes of who is signed in."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.internal.auth import WebAuthn, begin_registration
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chat.errors import TooMany
from chat.web.doors import address_of, there_of
from chat.web.errors import message_page, too_many_sign_ins
from chat.web.identity.authenticator_app import AppForm, add_app, qr_code
from chat.web.identity.confirming import confirmed
from chat.web.identity.enrolling import OWN_FACTORS
from chat.web.settings.frame import saved, show
from chat.web.signed_in import PageRequest, signed_in

NAME_CHARACTERS = 60


def factors_of(user: User) -> dict[str, Any]:
    """What the settings show: whether there is an app, the passkeys, and how many recovery codes are left."""
    rows = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    kinds = Authenticator.Type
    codes = next((row for row in rows if row.type == kinds.RECOVERY_CODES), None)
    return {
        "app": next((row for row in rows if row.type == kinds.TOTP), None),
        "passkeys": [row for row in rows if row.type == kinds.WEBAUTHN],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@confirmed
def app(request: PageRequest) -> HttpResponse:
    """Add an authenticator app, or another in its place."""
    form = AppForm(request.user, address_of(request), request.POST if request.method == "POST" else None)
    try:
        valid = form.is_valid()
    except TooMany as error:
        return too_many_sign_ins(request, error)
    if valid:
        add_app(request, request.user, form)
        return redirect("recovery_codes")
    context = {"form": form, "secret": form.secret, "qr": qr_code(request.user, form.secret)}
    return show(
        request, "password", context, template="settings/authenticator_app.html", status=_status(form)
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@confirmed
def passkey(request: PageRequest) -> HttpResponse:
    """Add a passkey: one that asks for a finger, a face or a PIN, and therefore signs in alone."""
    form = AddWebAuthnForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        name = request.POST.get("name", "").strip()[:NAME_CHARACTERS] or _("Passkey")
        with transaction.atomic():
            WebAuthn.add(request.user, name, form.cleaned_data["credential"])
            had_codes = not _make_codes(request.user)
        return (
            saved(request, "password", _("The passkey was added."))
            if had_codes
            else redirect("recovery_codes")
        )
    context = {"failed": form.is_bound, "options": begin_registration(request.user, passwordless=True)}
    return show(request, "password", context, template="settings/passkey.html", status=_status(form))


@require_POST
@signed_in
@confirmed
def remove(request: PageRequest, factor_id: int) -> HttpResponse:
    """Take the app or a passkey away; with the last of them the recovery codes go."""
    with transaction.atomic():
        rows = Authenticator.objects.select_for_update().filter(user=request.user, type__in=OWN_FACTORS)
        own = set(rows.values_list("pk", flat=True))
        others = own - {factor_id}
        if not others and settings.CHAT_SECOND_FACTOR == "required":
            return message_page(
                request,
                409,
                _("That was refused"),
                _("This site requires a second factor. Add another one first."),
            )
        rows.filter(pk=factor_id).delete()
        if not others:
            Authenticator.objects.filter(user=request.user).delete()
    return saved(request, "password", _("It was taken away."))


@never_cache
@require_GET
@signed_in
@confirmed
def recovery_codes(request: PageRequest) -> HttpResponse:
    row = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.RECOVERY_CODES).first()
    context = {"codes": row.wrap().get_unused_codes() if row else [], "next": there_of(request)}
    return show(request, "password", context, template="settings/recovery_codes.html")


@require_POST
@signed_in
@confirmed
def new_recovery_codes(request: PageRequest) -> HttpResponse:
    """Others in the place of those that there are."""
    with transaction.atomic():
        if Authenticator.objects.select_for_update().filter(user=request.user, type__in=OWN_FACTORS).exists():
            Authenticator.objects.filter(user=request.user, type=Authenticator.Type.RECOVERY_CODES).delete()
            RecoveryCodes.activate(request.user)
    return redirect("recovery_codes")


def _make_codes(user: User) -> bool:
    """Whether there were none."""
    none = not Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).exists()
    RecoveryCodes.activate(user)
    return none


def _status(form: Any) -> int:
    return 400 if form.is_bound else 200
