"""Flag rules and labels: kept here by whoever has Django's permissions for them; each change is an entry."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.audit import Actor, record
from chat.models import FlagRule, Label
from chat.models.flag import RuleKind
from chat.review import applying
from chat.review.matching import MOST_CHARACTERS, MOST_LINES, BadRule, finder

if TYPE_CHECKING:
    RuleModelAdmin = admin.ModelAdmin[FlagRule]
    LabelModelAdmin = admin.ModelAdmin[Label]
    ModelForm = forms.ModelForm[Any]
else:  # Django's own classes take no parameters when they run
    RuleModelAdmin, LabelModelAdmin, ModelForm = admin.ModelAdmin, admin.ModelAdmin, forms.ModelForm

AT_ONCE: Final = 2_000
"""Messages that a page looks at while somebody waits; for more there is the command."""
FAULTS: Final[dict[str, Promise]] = {
    "number": _("Give a whole number of characters, above 0."),
    "empty": _("Give at least one, each on a line of its own."),
    "long": _("A rule has at most %(lines)d lines and %(characters)d characters. Make another rule."),
    "pattern": _("Line %(line)d cannot be used: %(why)s."),
    "costly": _("Line %(line)d is too costly: make the numbers of its repetitions smaller."),
}


class RuleForm(ModelForm):
    class Meta:
        model = FlagRule
        fields = ("name", "kind", "value", "questions", "replies", "enabled")
        help_texts = {
            "value": _(
                "For “longer than”: a number of characters. For words: one a line; whole words, whatever "
                "their case and accents; Chinese ones wherever they stand. For regular expressions: one a "
                "line, as RE2 takes them (no look-around, no back references), so that no text makes them "
                "slow. For “failed”: nothing."
            ),
            "enabled": _("It looks at what is asked and answered from now on."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        kind, value = cleaned.get("kind"), cleaned.get("value", "")
        if kind == RuleKind.FAILED:
            cleaned["value"] = ""
            return cleaned
        if kind:
            try:
                finder(kind, value)
            except BadRule as bad:
                values = {
                    "line": bad.line,
                    "why": bad.why,
                    "lines": MOST_LINES,
                    "characters": MOST_CHARACTERS,
                }
                self.add_error("value", ValidationError(str(FAULTS[bad.code]), params=values))
        if not cleaned.get("questions") and not cleaned.get("replies"):
            self.add_error("replies", _("Let it look at questions, at replies, or at both."))
        return cleaned


def _actor(request: HttpRequest) -> Actor:
    assert isinstance(request.user, User)
    return Actor(request.user.pk, "admin")


class Logged:
    """Each change is an entry, in the transaction that makes it; never what a rule looks for."""

    action: str

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        names = sorted(form.changed_data) if change else []
        details = {"change": "changed" if change else "added", "fields": names}
        record(_actor(request), self.action, obj._meta.model_name, obj.pk, details)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        key = obj.pk
        with transaction.atomic():
            super().delete_model(request, obj)  # type: ignore[misc]
            record(_actor(request), self.action, obj._meta.model_name, key, {"change": "removed"})

    def delete_queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> None:
        with transaction.atomic():
            for row in queryset:
                self.delete_model(request, row)


@admin.register(FlagRule)
class FlagRuleAdmin(Logged, RuleModelAdmin):
    action = "rule_change"
    form = RuleForm
    list_display = ("name", "kind", "questions", "replies", "enabled", "open_flags", "all_flags")
    list_filter = ("enabled", "kind")
    actions = ("apply_to_what_is_there",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[FlagRule]":
        open_ones = Count("flags", filter=Q(flags__resolved=None))
        return super().get_queryset(request).annotate(_all=Count("flags"), _open=open_ones)

    @admin.display(description=_("open flags"), ordering="_open")
    def open_flags(self, rule: FlagRule) -> int:
        return int(getattr(rule, "_open", 0))

    @admin.display(description=_("flags"), ordering="_all")
    def all_flags(self, rule: FlagRule) -> int:
        return int(getattr(rule, "_all", 0))

    @admin.action(description=_("Apply to what is there"), permissions=["change"])
    def apply_to_what_is_there(self, request: HttpRequest, chosen: "QuerySet[FlagRule]") -> None:
        """Up to so many messages: a longer look would hold the page up."""
        names = self._enabled(request, chosen)
        if not names:
            return
        if applying.how_many() > AT_ONCE:
            messages.warning(
                request,
                _(
                    "There are more than %(count)d messages, too many for a page to wait for. On the server: "
                    "manage.py apply_flag_rules"
                )
                % {"count": AT_ONCE},
            )
            return
        done = applying.apply(names, _actor(request))
        messages.success(
            request,
            _("%(looked)d messages were looked at, and %(raised)d flags raised.")
            % {"looked": done.looked, "raised": done.raised},
        )

    def _enabled(self, request: HttpRequest, chosen: Iterable[FlagRule]) -> list[str]:
        names = [rule.name for rule in chosen if rule.enabled]
        if not names:
            messages.warning(request, _("None of these rules is enabled."))
        return names


@admin.register(Label)
class LabelAdmin(Logged, LabelModelAdmin):
    action = "label_change"
    list_display = ("name", "retired")
    list_filter = ("retired",)
    search_fields = ("name",)
