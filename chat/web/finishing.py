"""The last step of every sign-in with a password: the session, or first the second factor."""

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def finish_sign_in(request: HttpRequest, user: User, address: str) -> HttpResponse:
    """Sign in somebody whose password was right, and lead there: an address of this site.

    Where the user has a second factor, or must have one, there is no session before it was shown.
    """
    if settings.USES_ALLAUTH:
        from chat.web.identity.password import password_was_right

        return password_was_right(request, user, address)
    login(request, user)
    return redirect(address)
