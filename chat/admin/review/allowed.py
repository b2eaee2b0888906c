"""Who comes to a page of the desk: staff with its permissions, as the audit log names them. All others get
the sign-in, or 403.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from chat.audit import Actor

View = Callable[..., HttpResponse]


def allowed(*permissions: str) -> Callable[[View], View]:
    """For sync views of the desk. Superusers have all permissions."""

    def decorate(view: View) -> View:
        @never_cache
        @admin.site.admin_view
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not reviewer(request).has_perms(permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return wrapped

    return decorate


def reviewer(request: HttpRequest) -> User:
    """Who is signed in, for the type checker."""
    assert isinstance(request.user, User)
    return request.user


def actor(request: HttpRequest) -> Actor:
    """The same, for the audit log."""
    return Actor(reviewer(request).pk, "admin")
