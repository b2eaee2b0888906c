"""Notes where users are signed in: when a session begins and ends, and now and then while it is used."""

from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from chat.auth import sign_ins

seen = sign_ins.Seen()


def note(request: HttpRequest) -> None:
    """A page was asked for by somebody who is signed in."""
    key = request.session.session_key
    if key is not None and seen.is_due(key):
        assert request.user.pk is not None
        sign_ins.begin(request.user.pk, key, *_browser(request))


def connect() -> None:
    """Listen to signing in and out, from wherever that is done."""
    user_logged_in.connect(_signed_in, dispatch_uid="chat.sign_ins")
    user_logged_out.connect(_signed_out, dispatch_uid="chat.sign_ins")


def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    if request.session.session_key is None:
        request.session.save()  # else it would get its key after us
    key = request.session.session_key
    assert key is not None
    seen.is_due(key)
    sign_ins.begin(user.pk, key, *_browser(request))


def _signed_out(request: HttpRequest, **_: Any) -> None:
    if request.session.session_key is not None:
        sign_ins.forget(request.session.session_key)


def _browser(request: HttpRequest) -> tuple[str, str]:
    """What it calls itself, and its address (chatsite/proxies.py)."""
    return request.META.get("HTTP_USER_AGENT", ""), request.META.get("REMOTE_ADDR", "")
