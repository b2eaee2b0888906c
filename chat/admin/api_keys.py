"""API keys: whose they are, what they are for and used. Limits can be changed, and a key be revoked."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chat.admin.audited import Audited
from chat.admin.read_only import MAX_WORDS
from chat.audit import Actor
from chat.auth.keys import revoke_keys
from chat.digest.spent import Used
from chat.models import ApiKey
from chat.quota import QUOTA_FIELDS
from chat.review.scope import exempt_users
from chat.scopes import SCOPES
from chat.shown.keys import SCOPE_NAMES, used_in_words, used_this_month

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[ApiKey]
else:  # Django's own class takes no parameters when it runs
    ModelAdmin = admin.ModelAdmin


class ScopeFilter(admin.SimpleListFilter):
    title = _("scope")
    parameter_name = "scope"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(scope, SCOPE_NAMES[scope]) for scope in SCOPES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(scopes_stored__contains=value) if value in SCOPES else queryset


@admin.register(ApiKey)
class ApiKeyAdmin(Audited, ModelAdmin):
    audit_kind = "key"
    audit_change = "key_change"
    list_display = ("prefix", "name", "user", "scope_names", "created", "expires", "last_used", "revoked")
    list_filter = ("revoked", "last_used", "expires", ScopeFilter)
    list_select_related = ("user",)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("prefix", "name", "user__username")
    actions = ("revoke",)
    fields: ClassVar[tuple[str, ...]] = (
        *("user", "name", "prefix", "scope_names", "created", "last_used", "last_address"),
        *("used", "revoked", "expires", *QUOTA_FIELDS),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All but the end and the limits: who has a key knows what it is for."""
        return [name for name in self.fields if name not in ("expires", *QUOTA_FIELDS)]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, " ".join(search_term.split()[:MAX_WORDS]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """It is its user who makes a key, and the shell: nobody else is to see it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Revoked ones stay, to tell what was done by them."""
        return False

    @admin.display(description=_("scopes"))
    def scope_names(self, key: ApiKey) -> str:
        return ", ".join(str(SCOPE_NAMES[scope]) for scope in SCOPES if scope in key.scopes)

    @admin.display(description=_("used this month"))
    def used(self, key: ApiKey) -> str:
        if key.user_id in exempt_users():
            return "–"
        return used_in_words(used_this_month([key]).get(key.pk, Used())) or "–"

    @admin.action(description=_("Revoke the selected keys"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        revoked = revoke_keys(Actor(request.user.pk, "admin"), keys)
        self.message_user(request, _("%(number)d keys revoked.") % {"number": revoked})

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("chat.change_apikey")

    def audit_details(self, obj: Model) -> dict[str, Any]:
        assert isinstance(obj, ApiKey)
        return {"user": obj.user_id}
