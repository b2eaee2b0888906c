"""What the members of groups may use. Each change is in the audit log."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.validators import MinValueValidator
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chat.admin.audited import Audited
from chat.models import GroupLimits
from chat.quota import QUOTA_FIELDS

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[GroupLimits]
    ModelForm = forms.ModelForm[GroupLimits]
else:  # Django's own classes take no parameters when they run
    ModelAdmin, ModelForm = admin.ModelAdmin, forms.ModelForm


class GroupLimitsForm(ModelForm):
    class Meta:
        model = GroupLimits
        fields = ("group", *QUOTA_FIELDS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("cost_per_day", "cost_per_month"):
            self.fields[name].validators.append(MinValueValidator(0))
        if most := settings.CHAT_MAX_BODY_BYTES:
            self.fields["attachment_bytes"].help_text = _(
                "The largest request of this site has %(bytes)d bytes, whatever stands here."
            ) % {"bytes": most}


@admin.register(GroupLimits)
class GroupLimitsAdmin(Audited, ModelAdmin):
    audit_kind = "group"
    audit_change = "limits_change"
    form = GroupLimitsForm
    list_display = ("group", *QUOTA_FIELDS)
    list_select_related = ("group",)
    fieldsets = (
        (
            None,
            {
                "fields": ("group",),
                "description": _(
                    "Empty: as the site says. 0: no limit. Who is in several groups has the most generous of "
                    "each. A change holds from the next request on; what runs goes on."
                ),
            },
        ),
        (_("At once"), {"fields": ("requests_per_minute", "streams", "sockets")}),
        (
            _("Used"),
            {
                "fields": ("tokens_per_day", "tokens_per_month", "cost_per_day", "cost_per_month"),
                "description": _(
                    "Tokens read and written. Costs by the prices that are kept here, in their currency; a "
                    "model without a price costs nothing."
                ),
            },
        ),
        (_("Size"), {"fields": ("message_chars", "attachment_bytes")}),
    )

    def audit_details(self, obj: Model) -> dict[str, Any]:
        assert isinstance(obj, GroupLimits)
        said = {name: getattr(obj, name) for name in QUOTA_FIELDS}
        return {"group": obj.group_id} | {
            name: str(value) for name, value in said.items() if value is not None
        }

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("chat.view_grouplimits")
