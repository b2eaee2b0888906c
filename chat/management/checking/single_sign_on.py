"""Single sign-on, where it is set: what its provider says of itself, and that somebody can still get in."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import User
from django.db import Error

from chat.management.checking.finding import Finding, ok, problem, warning
from chatsite.site_address import address_for

PART: Final = "single sign-on"
SECONDS: Final = 10
NEEDED: Final = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


def look() -> Iterator[Finding]:
    if not settings.CHAT_OIDC_ISSUER:
        return
    yield _discovered()
    if not settings.CHAT_PASSWORD_SIGN_IN:
        yield from _administrators()


def _discovered() -> Finding:
    address = f"{settings.CHAT_OIDC_ISSUER}/.well-known/openid-configuration"
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 (checked at the start)
            told: dict[str, Any] = json.load(answer)
        missing = [name for name in NEEDED if not isinstance(told.get(name), str)]
    except (OSError, ValueError, AttributeError) as error:
        return problem(PART, f"{address} cannot be read: {error}", "Is CHAT_OIDC_ISSUER right, and reached?")
    if missing:
        return problem(PART, f"{address} names no {', '.join(missing)}.", "Is CHAT_OIDC_ISSUER right?")
    if str(told.get("issuer", "")).rstrip("/") != settings.CHAT_OIDC_ISSUER:
        todo = f"Set CHAT_OIDC_ISSUER={told.get('issuer')}, if that is who you mean."
        return problem(PART, f"The provider calls itself {told.get('issuer')!r}.", todo)
    callback = address_for("/accounts/oidc/callback/")
    return ok(PART, f"{settings.CHAT_OIDC_ISSUER} is there; it must know {callback} as redirect URI.")


def _administrators() -> Iterator[Finding]:
    """With passwords off."""
    from allauth.socialaccount.models import SocialAccount

    try:
        linked = SocialAccount.objects.values("user")
        if User.objects.filter(is_superuser=True, is_active=True, pk__in=linked).exists():
            return
    except Error:  # said by the part that looks at the database
        return
    yield warning(
        PART,
        "Passwords are off, and no administrator is connected to single sign-on.",
        "Set CHAT_PASSWORD_SIGN_IN=1, sign in, connect it under Settings, Sign-in; then 0 again.",
    )
