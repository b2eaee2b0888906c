"""Error pages in the site's style. They read no database and no session: those may be what failed.

The look comes from the cookie.
"""

import math

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from chat.errors import ChatError, TooMany
from chat.shown.refusals import REFUSALS
from chat.web.context import theme_of_cookie


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request, 400, _("That cannot be done"), _("Something in the address or in the form is not right.")
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403, _("Not allowed"), _("You may not see or do this."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request,
        403,
        _("The form has expired"),
        _("Go back, reload the page and send it again. If that does not help, allow cookies for this site."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        404,
        _("There is nothing here"),
        _("It was deleted, never existed, or belongs to somebody else."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        500,
        _("Something broke"),
        _("It is our fault and has been logged. Your conversations are saved."),
    )


def no_shared_page(request: HttpRequest) -> HttpResponse:
    """One page for a link that is unknown, was taken back, or has expired: which, is nobody's business."""
    return _page(
        request,
        404,
        _("There is nothing here"),
        _("This link is wrong, has expired, or was taken back by whoever made it."),
    )


def too_many_sign_ins(request: HttpRequest, error: TooMany) -> HttpResponse:
    minutes = math.ceil(_wait(error) / 60)
    return _page(
        request,
        error.status,
        _("Too many wrong tries"),
        _("Try again in {minutes} min. Until then nothing is checked, not even the right password.").format(
            minutes=minutes
        ),
        retry_after=_wait(error),
    )


def too_often(request: HttpRequest, error: TooMany) -> HttpResponse:
    text = _("Try again in {minutes} min.").format(minutes=math.ceil(_wait(error) / 60))
    return _page(request, error.status, _("Too many tries"), text, retry_after=_wait(error))


def message_page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    """A refusal that has words of its own."""
    return _page(request, status, title, text)


def refused(request: HttpRequest, error: ChatError) -> HttpResponse:
    """Any other error that a caller may see. Its own message is for programs, and in English."""
    if error.status >= 500:
        title, text = _("Not possible now"), _("The server cannot do this at the moment.")
    else:
        title, text = _("That was refused"), _("It is not possible as things are. Reload the page and look.")
    text = str(REFUSALS.get(error.code, text))
    if error.retry_after is None:
        return _page(request, error.status, title, text)
    wait = _wait(error)
    text = _("{what} Try again in {seconds} s.").format(what=text, seconds=wait)
    return _page(request, error.status, title, text, retry_after=wait)


def _wait(error: ChatError) -> int:
    """Whole seconds, at least one."""
    return max(math.ceil(error.retry_after or 0), 1)


def _page(
    request: HttpRequest, status: int, title: str, text: str, *, retry_after: int | None = None
) -> HttpResponse:
    context = {
        "status": status,
        "title": title,
        "text": text,
        "product": settings.CHAT_SITE_NAME,
        "theme": theme_of_cookie(request),
    }
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return HttpResponse(render_to_string("error.html", context), status=status, headers=headers)
