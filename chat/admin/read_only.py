"""Model admins that show and never change: what users said is not for an administrator to rewrite."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

MAX_WORDS = 10

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:  # Django's own class takes no parameters when it runs
    ModelAdmin = admin.ModelAdmin


class ReadOnlyPermissions:
    """Listing and reading only, for whoever may view."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnlyPermissions, ModelAdmin):
    """For tables that grow: no count of all rows on each page."""

    show_full_result_count = False
    list_per_page = 50

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        # Each word is a condition of its own: a thousand would hold the database for minutes.
        return super().get_search_results(request, queryset, " ".join(search_term.split()[:MAX_WORDS]))
