"""Django's administration, with the review desk first among what it leads to."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _


class ChatAdminSite(AdminSite):
    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps: list[Any] = super().get_app_list(request, app_label)
        return apps if app_label else [*_desk(request), *apps]


def _desk(request: HttpRequest) -> list[dict[str, Any]]:
    """As Django describes an app: a page of the desk stands where a model would."""
    # The pages register with this site: it is there before them.
    from chat.admin.review.frame import address_of, entries_for

    assert isinstance(request.user, User)
    pages = [
        {
            "name": entry.name,
            "object_name": f"review-{entry.key}",
            "admin_url": _address(address_of(entry), request.path),
            "add_url": None,
            "view_only": True,
            "perms": {"view": True},
        }
        for entry in entries_for(request.user)
    ]
    if not pages:
        return []
    first = pages[0]["admin_url"]
    return [
        {
            "name": _("Review"),
            "app_label": "review",
            "app_url": first,
            "has_module_perms": True,
            "models": pages,
        }
    ]


def _address(address: str, here: str) -> str:
    """Django marks as current what this page's address begins with, as all here do with the list's."""
    return f"{address}?" if here != address and here.startswith(address) else address
