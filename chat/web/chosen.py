"""Gives every page what its reader chose, and their language. For who is not signed in the cookies say it.

The user's choice wins, then what the browser asks for; before the sign-in a cookie, which the door may set.
The cookies follow the choice, so that the door and the error pages know it without the database.
"""

from dataclasses import replace
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin

from chat.access.preferences import preferences_of
from chat.actions.preferences import choose
from chat.models.preferences import THEME_COOKIE
from chat.web import sign_in_notes
from chat.web.door_language import DOOR_COOKIE
from chat.web.signed_in import PageRequest

A_YEAR = 365 * 24 * 3600


class ChosenByUser(MiddlewareMixin):
    """After the sign-in is known. One query a page, and none for who shows no session."""

    def process_request(self, request: HttpRequest) -> None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return
        chosen = preferences_of(request.user.pk)
        at_door = request.COOKIES.get(DOOR_COOKIE)
        if not chosen.language and at_door in dict(settings.LANGUAGES):
            choose(request.user.pk, language=at_door)
            chosen = replace(chosen, language=at_door)
        cast(PageRequest, request).chosen = chosen
        sign_in_notes.note(request)
        # Who chose none is not to get what another device, or another user of this one, left in the cookie.
        language = chosen.language or asked_by_browser(request)
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = language

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        chosen = getattr(request, "chosen", None)
        if chosen is None:
            return response
        if DOOR_COOKIE in request.COOKIES:
            response.delete_cookie(DOOR_COOKIE)
        if not chosen.language and settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
            response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        for name, value in ((THEME_COOKIE, chosen.theme), (settings.LANGUAGE_COOKIE_NAME, chosen.language)):
            if value and request.COOKIES.get(name) != value and name not in response.cookies:
                response.set_cookie(
                    name, value, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
                )
        return response


def asked_by_browser(request: HttpRequest) -> str:
    """By its header alone."""
    asking = HttpRequest()
    asking.META["HTTP_ACCEPT_LANGUAGE"] = request.META.get("HTTP_ACCEPT_LANGUAGE", "")
    return translation.get_language_from_request(asking)
