"""The language that is chosen at a door, and that goes in with who signs in there and has chosen none."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

DOOR_COOKIE = "door_language"
"""Says that the language cookie was chosen here, and is not what another user of this browser left."""
AN_HOUR = 3600


@require_POST
def choose_at_door(request: HttpRequest) -> HttpResponse:
    response: Any = set_language(request)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            DOOR_COOKIE, language, max_age=AN_HOUR, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    answer: HttpResponse = response
    return answer
