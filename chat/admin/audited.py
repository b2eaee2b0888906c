"""Model admins whose changes are entries of the audit log: which fields, never what was written into them."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from chat.audit import Actor, record

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:  # Django's own classes take no parameters when they run
    ModelAdmin = admin.ModelAdmin

LONGEST = 64
"""Characters of a name in an entry (`chat.audit.log`)."""


class Audited(ModelAdmin):
    """Stands before another admin among the bases. Django calls its hooks in the change's transaction."""

    audit_kind = ""
    audit_change = ""
    """The action of a change. One that adds or deletes has it in its details."""

    def audit_details(self, obj: Model) -> dict[str, Any]:
        """What else an entry says of the row as it is now: numbers and choices."""
        return {}

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        changed = [*form.changed_data]
        for formset in formsets or ():
            prefix = formset.model._meta.model_name
            changed += sorted({f"{prefix}.{name}" for each in formset.forms for name in each.changed_data})
            changed += [f"{prefix}.delete"] if formset.deleted_objects else []
        request.audited_fields = [name[:LONGEST] for name in changed]  # type: ignore[attr-defined]
        return super().construct_change_message(request, form, formsets, add)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        entry = super().log_addition(request, obj, message)
        self.audit(request, obj, {"how": "add"})
        return entry

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        entry = super().log_change(request, obj, message)
        if fields := getattr(request, "audited_fields", None):
            self.audit(request, obj, {"how": "change", "fields": fields})
        return entry

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        entries = super().log_deletions(request, queryset)
        for row in queryset:
            self.audit(request, row, {"how": "delete"})
        return entries

    def audit(self, request: HttpRequest, obj: Model, details: dict[str, Any]) -> None:
        assert isinstance(request.user, User)
        action = getattr(request, "audited_action", self.audit_change)
        details = details | self.audit_details(obj)
        record(Actor(request.user.pk, "admin"), action, self.audit_kind, str(obj.pk), details)
