"""Users and groups: Django's own pages, but each change is in the audit log, and who goes is erased.

Django's page that asks before it deletes a user names everything that goes with them, titles included.
Here nothing but numbers is shown, and the deletion takes the way that a legal hold bars.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangosGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangosUserAdmin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from chat.admin.audited import Audited
from chat.admin.erasing import erase_page, export_user
from chat.admin.second_factors import reset_page
from chat.models import RetentionRule

if TYPE_CHECKING:
    UsersAdmin = DjangosUserAdmin[User]
else:  # Django's own class takes no parameters when it runs
    UsersAdmin = DjangosUserAdmin

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(Audited, UsersAdmin):
    audit_kind = "user"
    audit_change = "user_change"

    def audit_details(self, obj: Model) -> dict[str, Any]:
        assert isinstance(obj, User)
        return {
            "active": obj.is_active,
            "staff": obj.is_staff,
            "superuser": obj.is_superuser,
            "groups": sorted(obj.groups.values_list("pk", flat=True)),
        }

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:user_id>/erase/", view(erase_page), name="auth_user_erase"),
            path("<int:user_id>/export/", view(export_user), name="auth_user_export"),
            path("<int:user_id>/second-factor/", view(reset_page), name="auth_user_second_factor"),
            *super().get_urls(),
        ]

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("admin:auth_user_erase", user_id=int(object_id) if object_id.isdecimal() else 0)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """One by one: each is a decision, and its page says what goes."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def user_change_password(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """An action of its own: whoever sets a password can sign in as somebody."""
        request.audited_action = "password_change"  # type: ignore[attr-defined]
        # Django's page has no transaction: without one a password could change and leave no entry.
        with transaction.atomic():
            answer: HttpResponse = super().user_change_password(request, *args, **kwargs)
        return answer


@admin.register(Group)
class GroupAdmin(Audited, DjangosGroupAdmin):
    """A group says who may do what, whose conversations nobody reviews, and when they are deleted."""

    audit_kind = "group"
    audit_change = "group_change"

    def audit_details(self, obj: Model) -> dict[str, Any]:
        rule = RetentionRule.objects.filter(group=obj.pk).values_list("pk", flat=True).first()
        return {} if rule is None else {"retention_rule": rule}
