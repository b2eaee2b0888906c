"""Doors that a one-time link opens: the secret goes from the address into a cookie of that door alone.

In the address it would stay in the browser's history, and go along in the `Referer` of what is asked
for next. Whether a link is unknown, used, revoked or expired is told to nobody.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from chat import limits
from chat.auth import links
from chat.errors import TooMany
from chat.web.errors import message_page, too_many_sign_ins

AN_HOUR = 3600


class Door:
    """`name`: the address of its form."""

    def __init__(self, kind: links.Kind, name: str) -> None:
        self._kind = kind
        self._name = name
        self._cookie = f"{kind.value}_link"

    def enter(self, request: HttpRequest, secret: str) -> HttpResponse:
        """To the form, where the link is good. It is looked at only: mail scanners follow links too."""
        address = address_of(request)
        try:
            limits.sign_ins.take(address)
        except TooMany as error:
            return too_many_sign_ins(request, error)
        if links.find_link(self._kind, secret) is None:
            return link_is_over(request)
        limits.sign_ins.succeeded(address)
        response = redirect(self._name)
        response.set_cookie(
            self._cookie,
            secret,
            max_age=AN_HOUR,
            path=reverse(self._name),
            httponly=True,
            samesite="Lax",  # the link is followed from a mail, on another site
            secure=request.is_secure(),
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def secret(self, request: HttpRequest) -> str:
        return request.COOKIES.get(self._cookie, "")

    def leave(self, response: HttpResponse) -> HttpResponse:
        """The link has been used."""
        response.delete_cookie(self._cookie, path=reverse(self._name))
        return response


def link_is_over(request: HttpRequest) -> HttpResponse:
    return message_page(
        request,
        404,
        _("This link no longer works"),
        _("It was used already, has expired, or was taken back. Ask whoever sent it for a new one."),
    )


def there_of(request: HttpRequest) -> str:
    """Where to go afterwards, by `next` in the form or the address: on this site; else nothing."""
    there = request.POST.get("next") or request.GET.get("next") or ""
    good = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    return there if good else ""


def address_of(request: HttpRequest) -> str:
    """The caller's, also from behind a proxy (chatsite/proxies.py); empty where there is none."""
    address: str = request.META.get("REMOTE_ADDR", "")
    return address
