"""What every template knows: the product's name, and the choices that this browser keeps in cookies."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

THEMES = ("system", "light", "dark")
THEME_COOKIE = "theme"


def site(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get(THEME_COOKIE)
    return {"product": settings.CHAT_SITE_NAME, "theme": theme if theme in THEMES else THEMES[0]}
