"""What every template knows: the product's name, and the look that its reader chose."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from chat.models.preferences import THEME_COOKIE, Theme
from chat.review.told import what_is_told


def site(request: HttpRequest) -> dict[str, Any]:
    chosen = getattr(request, "chosen", None)
    return {
        "product": settings.CHAT_SITE_NAME,
        "sharing": settings.CHAT_SHARING,
        "second_factors": settings.CHAT_SECOND_FACTOR != "off",
        "temporary_chats": settings.CHAT_TEMPORARY_CHATS,
        # Looked up where a page says it: that may cost a query.
        "told": SimpleLazyObject(lambda: what_is_told(request.user.pk or 0)),
        "theme": chosen.theme if chosen is not None else theme_of_cookie(request),
    }


def theme_of_cookie(request: HttpRequest) -> str:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in Theme.values else Theme.SYSTEM.value
