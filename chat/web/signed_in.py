"""Who may see a page, and how a refusal looks. What belongs to whom is for `chat.access` to decide."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, cast

from asgiref.sync import iscoroutinefunction
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest as BadRequestPage
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxDetails

from chat.access.preferences import Chosen
from chat.auth.caller import Caller
from chat.errors import BadRequest, ChatError, NotFound
from chat.web.errors import refused

View = Callable[..., HttpResponse]
AsyncView = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


class PageRequest(HttpRequest):
    """A request of somebody who is signed in, for the type checker."""

    user: User
    htmx: HtmxDetails
    chosen: Chosen
    """Read once a request (chat/web/chosen.py)."""


def signed_in(view: View) -> View:
    """For sync views, which only read."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated or _is_page_of_another(request):
            return _ask_to_sign_in(request)
        try:
            return view(request, *args, **kwargs)
        except ChatError as error:
            return _refusal(request, error)

    return wrapped


def signed_in_async(view: AsyncView) -> AsyncView:
    """For async views, which change something through the service."""
    assert iscoroutinefunction(view)

    @wraps(view)
    async def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = await request.auser()
        # The lazy `request.user` would go to the database from the event loop when a template reads it.
        request.user = user
        if not user.is_authenticated or _is_page_of_another(request):
            return _ask_to_sign_in(request)
        try:
            return await view(request, *args, **kwargs)
        except ChatError as error:
            return _refusal(request, error)

    return wrapped


def caller_of(request: PageRequest) -> Caller:
    """The signed-in user as the service knows callers."""
    return Caller(
        request.user.pk, "session", session_key=request.session.session_key, is_staff=request.user.is_staff
    )


def _is_page_of_another(request: HttpRequest) -> bool:
    """Whether somebody else has signed in in its browser since it came (chat/auth/credentials.py)."""
    return request.headers.get("X-Page-Of", str(request.user.pk)) != str(request.user.pk)


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    # A fragment is asked for by a page that is still open: it says so itself, and loses no text.
    if cast(PageRequest, request).htmx:
        return HttpResponse(status=401)
    return redirect_to_login(request.get_full_path())


def _refusal(request: HttpRequest, error: ChatError) -> HttpResponse:
    if isinstance(error, NotFound):
        raise Http404(error.message) from error
    if isinstance(error, BadRequest):
        raise BadRequestPage(error.message) from error
    return refused(request, error)
