"""Ends sessions in pages that were begun without the second factor that the site requires by now."""

from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin

from chat.auth.sessions import has_second_factor


class SignedInFully(MiddlewareMixin):
    """After the sign-in is known; only where `CHAT_SECOND_FACTOR` is `required`."""

    def process_request(self, request: HttpRequest) -> None:
        if SESSION_KEY in request.session and not has_second_factor(request.session):
            logout(request)
