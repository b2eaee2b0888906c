"""What models' tokens cost, since when. Each change is in the audit log."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.validators import MinValueValidator, RegexValidator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chat.audit import Actor, record
from chat.models import Price

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Price]
    ModelForm = forms.ModelForm[Price]
else:  # Django's own classes take no parameters when they run
    ModelAdmin, ModelForm = admin.ModelAdmin, forms.ModelForm


class PriceForm(ModelForm):
    class Meta:
        model = Price
        fields = ("model", "since", "prompt", "completion", "currency")
        help_texts = {
            "model": _("As it stands at a reply."),
            "since": _("The first day on which it holds, until the next price of the same model."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("prompt", "completion"):
            self.fields[name].validators.append(MinValueValidator(0))
        self.fields["currency"].validators.append(
            RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, such as USD."))
        )


@admin.register(Price)
class PriceAdmin(ModelAdmin):
    form = PriceForm
    list_display = ("model", "since", "prompt", "completion", "currency")
    list_filter = ("currency",)
    search_fields = ("model",)

    # The admin writes its own log last, in the transaction of the change: ours comes after it.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        entry = super().log_addition(request, obj, message)
        _record(request, "added", obj)
        return entry

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        entry = super().log_change(request, obj, message)
        _record(request, "changed", obj)
        return entry

    def delete_model(self, request: HttpRequest, obj: Price) -> None:
        with transaction.atomic():
            key = obj.pk
            super().delete_model(request, obj)
            obj.pk = key
            _record(request, "deleted", obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Price]) -> None:
        with transaction.atomic():
            gone = list(queryset)
            super().delete_queryset(request, queryset)
            for row in gone:
                _record(request, "deleted", row)


def _record(request: HttpRequest, what: str, row: Price) -> None:
    details: dict[str, Any] = {
        "what": what,
        "model": row.model[:64],
        "since": row.since.isoformat(),
        "prompt": str(row.prompt),
        "completion": str(row.completion),
        "currency": row.currency,
    }
    record(Actor(request.user.pk, "admin"), "price_change", "price", row.pk, details)
