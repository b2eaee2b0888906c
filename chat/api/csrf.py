"""Django's own CSRF check, made only once it is known that a cookie speaks for the caller."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from chat.errors import Forbidden


class _Check(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:
        """The reason instead of an HTML page."""
        return reason


def _no_view(request: HttpRequest) -> HttpResponse:
    """Stands where a middleware has the view: the check calls none."""
    raise AssertionError("the check calls no view")


def check_csrf(request: HttpRequest) -> None:
    """Refuse an unsafe call that another site's page may have made the browser send. Raises `Forbidden`."""
    check = _Check(_no_view)
    check.process_request(request)
    reason = check.process_view(request, _no_view, (), {})
    if reason is not None:
        raise Forbidden(f"{reason} Send the token of the page as X-CSRFToken.", code="csrf_failed")
