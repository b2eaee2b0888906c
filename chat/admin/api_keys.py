"""API keys: whose they are, when they were last used; they can be revoked, not read."""

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.admin.read_only import ReadOnlyAdmin
from chat.audit import Actor, record
from chat.models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ("prefix", "name", "user", "created", "last_used", "revoked")
    list_filter = ("revoked", "last_used")
    list_select_related = ("user",)
    search_fields = ("prefix", "name", "user__username")
    exclude = ("hash",)
    actions = ("revoke",)

    @admin.action(description=_("Revoke the selected keys"), permissions=["revoke"])
    @transaction.atomic
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        living = list(keys.filter(revoked__isnull=True).order_by("pk").values_list("pk", "user_id"))
        revoked = keys.filter(revoked__isnull=True).update(revoked=timezone.now())
        for key, owner in living:
            record(Actor(request.user.pk, "admin"), "key_revoke", "key", key, {"user": owner})
        self.message_user(request, _("%(number)d keys revoked.") % {"number": revoked})

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("chat.change_apikey")
