"""Single sign-on: to the provider and back. What comes back is checked here, whose it is elsewhere."""

import logging
import secrets
from typing import Any, Final

import jwt
import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from chat import limits
from chat.errors import TooMany
from chat.web.doors import address_of, there_of
from chat.web.errors import message_page, too_many_sign_ins
from chat.web.identity.confirming import confirmed
from chat.web.settings.frame import saved
from chat.web.signed_in import PageRequest, signed_in
from chatsite.identity import provider_id

logger = logging.getLogger(__name__)
SIGNED_BY: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
SIGNED_BY_SECRET: Final = ("HS256", "HS384", "HS512")
"""With the client's secret, which a provider without keys uses: it has no key to confuse it with."""
LEEWAY_SECONDS: Final = 60
KEPT: Final = ("name", "email")
"""Of all that a provider tells what is kept beside the link, to show it in the settings."""


class Answer(OpenIDConnectOAuth2Adapter):
    """What comes back: a token that is signed, ours, fresh, of this sign-in, and of whom the user info is."""

    nonce: str | None = None
    """What this browser's sign-in was begun with; none: it was not begun here."""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        login = super().complete_login(request, app, token, **kwargs)
        told = login.account.extra_data
        if "id_token" not in told or told["id_token"].get("sub") != login.account.uid:
            raise OAuth2Error("The id_token is missing, or of somebody else than the user info.")
        login.account.extra_data = {name: str(told["userinfo"].get(name, ""))[:254] for name in KEPT}
        return login

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        """Allauth leaves the signature unchecked where TLS vouches for it."""
        try:
            header = jwt.get_unverified_header(id_token)
            secretly = header.get("alg") in SIGNED_BY_SECRET
            claims: dict[str, Any] = jwt.decode(
                id_token,
                app.secret if secretly else self._key(header),
                algorithms=SIGNED_BY_SECRET if secretly else SIGNED_BY,
                audience=app.client_id,
                leeway=LEEWAY_SECONDS,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("The id_token cannot be trusted.") from error
        if claims["iss"].rstrip("/") != settings.CHAT_OIDC_ISSUER:
            raise OAuth2Error("The id_token is of another issuer.")
        if self.nonce is None or claims.get("nonce") != self.nonce:
            # OpenID Connect Core, 3.1.3.7 (11): a code that was taken from somebody else's sign-in.
            raise OAuth2Error("The id_token is of another sign-in.")
        return claims

    def _key(self, header: dict[str, Any]) -> Any:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
        answer.raise_for_status()
        keys = [key for key in jwt.PyJWKSet.from_dict(answer.json()).keys if key.public_key_use != "enc"]
        named = [key for key in keys if key.key_id == header.get("kid")] if "kid" in header else keys
        return named[0].key if len(named) == 1 else _no_key(header)


class Callback(OAuth2CallbackView):
    """Allauth's own, which tells the answer what its sign-in was begun with."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, refusal = super()._get_state(request, provider)
        assert isinstance(self.adapter, Answer)
        self.adapter.nonce = (state or {}).get("nonce")
        return state, refusal


def _no_key(header: dict[str, Any]) -> Any:
    raise OAuth2Error(f"The provider has no key {header.get('kid')!r}.")


@never_cache
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """To the provider. By a link: a form may lead to no other site (`form-action` of the policy)."""
    if not User.objects.exists():
        return redirect("web:setup")
    return lead_there(request, "login")


@never_cache
@require_GET
@signed_in
@confirmed
def connect(request: PageRequest) -> HttpResponse:
    """To the provider, to link what it says to the account that is signed in."""
    return lead_there(request, "connect")


def lead_there(request: HttpRequest, process: str) -> HttpResponse:
    if not _asked_on_our_pages(request):
        return redirect("web:login")
    try:
        # Each costs the provider a request and us a session, so those that lead nowhere are counted.
        limits.sign_ins.take(address_of(request))
    except TooMany as error:
        return too_many_sign_ins(request, error)
    provider = get_adapter().get_provider(request, provider_id(settings.CHAT_OIDC_ISSUER))
    try:
        nonce = secrets.token_urlsafe()  # to the provider, and into the session
        answer: HttpResponse = provider.redirect(
            request, process, next_url=there_of(request) or None, auth_params={"nonce": nonce}, nonce=nonce
        )
    except (requests.RequestException, KeyError, ValueError) as error:
        logger.warning("Single sign-on does not answer: %.300r", error)
        return message_page(
            request, 502, _("Not possible now"), _("Single sign-on does not answer. Try again later.")
        )
    return answer


@never_cache
@require_GET
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the provider."""
    try:
        answer: HttpResponse = Callback.adapter_view(Answer(request, provider_id))(request)
    except ImmediateHttpResponse as refused:
        answer = refused.response
    except (requests.RequestException, ImproperlyConfigured, KeyError, TypeError, ValueError) as error:
        logger.warning("What single sign-on answered cannot be read: %.300r", error)
        answer = message_page(
            request, 502, _("That did not work"), _("What single sign-on answered cannot be read.")
        )
    return answer


@never_cache
@require_POST
@signed_in
@confirmed
def disconnect(request: PageRequest) -> HttpResponse:
    """Not where nothing else would let its user in."""
    if not (settings.CHAT_PASSWORD_SIGN_IN and request.user.has_usable_password()):
        return message_page(
            request, 409, _("That was refused"), _("Without it you could not sign in: you have no password.")
        )
    links_of(request.user).delete()
    return saved(request, "password", _("It is no longer connected."))


def links_of(user: User) -> Any:
    """To the provider of the settings: those to an earlier one say nothing."""
    return SocialAccount.objects.filter(user=user, provider=provider_id(settings.CHAT_OIDC_ISSUER))


def _asked_on_our_pages(request: HttpRequest) -> bool:
    """Whether a page of ours or the user themselves led here, and no other site."""
    if (site := request.headers.get("Sec-Fetch-Site")) is not None:
        return site in ("same-origin", "none")
    origin = f"{request.scheme}://{request.get_host()}/"
    return request.headers.get("Referer", origin).startswith(origin)
