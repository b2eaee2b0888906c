"""Gives every page what its reader chose, and their language. For who is not signed in the cookies say it.

The user's choice wins, then the cookie of the pages before the sign-in, then what the browser asks for.
The cookies follow the choice, so that the door and the error pages know it without the database.
"""

from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin

from chat.access.preferences import preferences_of
from chat.web import sign_in_notes
from chat.web.context import THEME_COOKIE
from chat.web.signed_in import PageRequest

A_YEAR = 365 * 24 * 3600


class ChosenByUser(MiddlewareMixin):
    """After the sign-in is known. One query a page, and none for who shows no session."""

    def process_request(self, request: HttpRequest) -> None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return
        chosen = preferences_of(request.user.pk)
        cast(PageRequest, request).chosen = chosen
        sign_in_notes.note(request)
        if chosen.language in dict(settings.LANGUAGES):
            translation.activate(chosen.language)
            request.LANGUAGE_CODE = chosen.language

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        chosen = getattr(request, "chosen", None)
        if chosen is None:
            return response
        for name, value in ((THEME_COOKIE, chosen.theme), (settings.LANGUAGE_COOKIE_NAME, chosen.language)):
            if value and request.COOKIES.get(name) != value and name not in response.cookies:
                response.set_cookie(
                    name, value, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
                )
        return response
