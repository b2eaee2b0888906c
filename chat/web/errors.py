"""Error pages in the site's style. They read no database and no session: those may be what failed."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(400, _("That cannot be asked"), _("Something in the address or in the form is not right."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(403, _("Not for you"), _("You may not see or do this."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        403,
        _("The form has expired"),
        _("Go back, reload the page and send it again. If that does not help, allow cookies for this site."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        404, _("There is nothing here"), _("It was deleted, or never was, or belongs to somebody else.")
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(
        500, _("Something broke"), _("It is our fault and has been logged. Your conversations are saved.")
    )


def _page(status: int, title: str, text: str) -> HttpResponse:
    context = {
        "status": status,
        "title": title,
        "text": text,
        "product": settings.CHAT_SITE_NAME,
        "theme": "system",
    }
    return HttpResponse(render_to_string("error.html", context), status=status)
