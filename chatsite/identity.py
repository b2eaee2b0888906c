"""What django-allauth needs to know for single sign-on and second factors, where a setting asks for them."""

from hashlib import blake2s
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from chatsite.hosts import is_loopback

APPS: list[str] = [
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
]
"""All of them or none: so a site has the tables of all, whichever of the settings asks for it."""
MIDDLEWARE: str = "allauth.account.middleware.AccountMiddleware"


def provider_id(issuer: str) -> str:
    """Under which name accounts are linked, an issuer's own: who is `1` at one is another at the next."""
    return f"oidc-{blake2s(issuer.encode(), digest_size=6).hexdigest()}"


def checked_issuer(issuer: str) -> str:
    """Raises `ImproperlyConfigured` for one whose answers could be changed on their way."""
    parts = urlsplit(issuer)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ImproperlyConfigured(
            f"CHAT_OIDC_ISSUER: {issuer!r} is not allowed. Allowed: https://host, or http://localhost."
        )
    return issuer


def allauth_settings(*, issuer: str, client_id: str, client_secret: str, name: str) -> dict[str, Any]:
    """By their names in Django's settings."""
    app = {
        "provider_id": provider_id(issuer),
        "name": name,
        "client_id": client_id,
        "secret": client_secret,
        "settings": {"server_url": issuer, "oauth_pkce_enabled": True},
    }
    return {
        "ACCOUNT_ADAPTER": "chat.web.identity.adapters.AccountAdapter",
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
        # Tries are counted where wrong passwords are (chat/limits/sign_ins.py).
        "ACCOUNT_RATE_LIMITS": False,
        "MFA_RATE_LIMITS": False,
        "MFA_ADAPTER": "chat.web.identity.adapters.SecondFactorAdapter",
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        # A clock may be half a minute off; no code is taken twice (chat/web/identity/codes.py).
        "MFA_TOTP_TOLERANCE": 1,
        "SOCIALACCOUNT_ADAPTER": "chat.web.identity.provider_adapter.ProviderAdapter",
        "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"APPS": [app] if issuer else []}},
        "SOCIALACCOUNT_STORE_TOKENS": False,
    }
