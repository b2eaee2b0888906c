"""What the settings show about second factors and single sign-on."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User

from chat.web.identity.oidc import links_of
from chat.web.identity.second_factor import factors_of


def identity_of(user: User) -> dict[str, Any]:
    """Of each what the site's settings offer, for the page's template."""
    shown: dict[str, Any] = {}
    if settings.CHAT_SECOND_FACTOR != "off":
        shown |= {"factors": factors_of(user), "factor_required": settings.CHAT_SECOND_FACTOR == "required"}
    if settings.CHAT_OIDC_ISSUER:
        shown |= {"oidc_name": settings.CHAT_OIDC_NAME, "oidc_link": links_of(user).first()}
    return shown
