"""The policies' page: what becomes of deleted conversations and old ones, and what no deletion passes."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from chat.admin.review.allowed import actor, allowed, reviewer
from chat.admin.review.frame import frame
from chat.errors import Conflict, NotFound
from chat.models import Conversation, LegalHold, RetentionRule
from chat.models.policy import RetentionAct
from chat.review import holding, retention, rules_of_retention
from chat.review.audit_entries import names_of

LIFTED_SHOWN = 20
"""Holds that were lifted: the audit log has all."""


class RuleForm(forms.Form):
    group = forms.ModelChoiceField(
        label=gettext_lazy("Group"),
        queryset=Group.objects.order_by("name"),
        required=False,
        empty_label=gettext_lazy("Everybody"),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days"),
        min_value=1,
        max_value=36500,
        help_text=gettext_lazy("After the conversation was last asked."),
    )
    act = forms.ChoiceField(label=gettext_lazy("What is done"), choices=RetentionAct.choices)


class HoldForm(forms.Form):
    """Of one of the two; a conversation by its id, as the desk's pages and the audit log show it."""

    username = forms.CharField(label=gettext_lazy("Username"), required=False, max_length=150)
    conversation = forms.UUIDField(label=gettext_lazy("Or a conversation’s id"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Who may see holds reads it. It is no part of the audit log."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        name, key = cleaned.get("username"), cleaned.get("conversation")
        if self.errors:
            return cleaned
        if bool(name) == bool(key):
            raise forms.ValidationError(_("Give a username or a conversation’s id: one of the two."))
        if name:
            cleaned["user"] = User.objects.filter(username=name).values_list("pk", flat=True).first()
            if cleaned["user"] is None:
                self.add_error("username", _("There is no such user."))
        elif key and not Conversation.objects.filter(pk=key).exists():
            self.add_error("conversation", _("There is no such conversation."))
        return cleaned


@require_GET
@allowed()
def page(request: HttpRequest) -> HttpResponse:
    return _show(request)


def _show(request: HttpRequest, *, status: int = 200, **forms_given: Any) -> HttpResponse:
    user = reviewer(request)
    may = {
        name: user.has_perm(f"chat.{name}")
        for name in (
            "view_retentionrule",
            "add_retentionrule",
            "change_retentionrule",
            "delete_retentionrule",
            "view_legalhold",
            "add_legalhold",
            "change_legalhold",
        )
    }
    if not (may["view_retentionrule"] or may["view_legalhold"]):
        raise PermissionDenied
    context: dict[str, Any] = {"may": may, "purge_days": settings.CHAT_PURGE_DAYS}
    if may["view_retentionrule"]:
        context["rules"] = RetentionRule.objects.select_related("group").order_by("days", "pk")
        context["rule_form"] = forms_given.get("rule_form") or RuleForm(prefix="rule")
    if may["view_legalhold"]:
        context |= _holds()
        first = {"conversation": request.GET.get("hold", "")}
        context["hold_form"] = forms_given.get("hold_form") or HoldForm(prefix="hold", initial=first)
    shown = frame(request, "policy", _("Policies")) | context
    return render(request, "admin/review/policy.html", shown, status=status)


def _holds() -> dict[str, Any]:
    rows = LegalHold.objects.order_by("-pk")
    active, lifted = list(rows.filter(lifted=None)), list(rows.exclude(lifted=None)[:LIFTED_SHOWN])
    both = [*active, *lifted]
    users = [row.user_id for row in both] + [row.made_by_id for row in both]
    names = names_of(key for key in users if key is not None)
    return {
        "holds": [
            {
                "row": row,
                "of": "" if row.user_id is None else names.get(row.user_id, row.user_id),
                "by": "" if row.made_by_id is None else names.get(row.made_by_id, row.made_by_id),
            }
            for row in both
        ]
    }


@require_GET
@allowed("chat.view_retentionrule")
def rule(request: HttpRequest, number: int) -> HttpResponse:
    """One rule, and its dry run: it is enabled here alone."""
    row = get_object_or_404(RetentionRule.objects.select_related("group"), pk=number)
    return _show_rule(request, row)


def _show_rule(
    request: HttpRequest, row: RetentionRule, form: RuleForm | None = None, status: int = 200
) -> HttpResponse:
    user = reviewer(request)
    initial = {"group": row.group_id, "days": row.days, "act": row.act}
    context = {
        "rule": row,
        "forecast": retention.forecast(row),
        "form": form or RuleForm(prefix="rule", initial=initial),
        "may_change": user.has_perm("chat.change_retentionrule"),
        "may_delete": user.has_perm("chat.delete_retentionrule"),
    }
    shown = frame(request, "policy", _("Retention rule")) | context
    return render(request, "admin/review/retention_rule.html", shown, status=status)


@require_POST
@allowed("chat.add_retentionrule", "chat.view_retentionrule")
def add_rule(request: HttpRequest) -> HttpResponse:
    form = RuleForm(request.POST, prefix="rule")
    row = _save(request, form, None)
    if row is None:
        return _show(request, status=400, rule_form=form)
    messages.success(request, _("Saved. It does nothing until you enable it: this is what it would do."))
    return redirect("review:retention_rule", row.pk)


@require_POST
@allowed("chat.change_retentionrule", "chat.view_retentionrule")
def change_rule(request: HttpRequest, number: int) -> HttpResponse:
    form = RuleForm(request.POST, prefix="rule")
    if _save(request, form, number) is None:
        row = get_object_or_404(RetentionRule.objects.select_related("group"), pk=number)
        return _show_rule(request, row, form, status=400)
    messages.success(request, _("Saved. It does nothing until you enable it: this is what it would do."))
    return redirect("review:retention_rule", number)


def _save(request: HttpRequest, form: RuleForm, number: int | None) -> RetentionRule | None:
    if not form.is_valid():
        return None
    values = form.cleaned_data
    group = values["group"] and values["group"].pk
    try:
        return rules_of_retention.save_rule(
            actor(request), number, group=group, days=values["days"], act=values["act"]
        )
    except NotFound as error:
        raise Http404 from error
    except Conflict:
        form.add_error(None, _("There is a rule for these users already. Change that one."))
        return None


@require_POST
@allowed("chat.change_retentionrule", "chat.view_retentionrule")
def enable_rule(request: HttpRequest, number: int) -> HttpResponse:
    """The form says what was shown: another rule than that one is not enabled."""
    days = request.POST.get("days", "")
    try:
        if "disable" in request.POST:
            rules_of_retention.disable_rule(actor(request), number)
            messages.success(request, _("The rule is disabled."))
        else:
            shown = int(days) if days.isdecimal() else -1
            act = request.POST.get("act", "")
            rules_of_retention.enable_rule(actor(request), number, days=shown, act=act)
            messages.success(request, _("The rule is enabled. A server applies it within ten minutes."))
    except NotFound as error:
        raise Http404 from error
    except Conflict:
        messages.error(request, _("The rule was changed meanwhile. Look at what it would do now."))
        return redirect("review:retention_rule", number)
    return redirect("review:policy")


@require_POST
@allowed("chat.delete_retentionrule", "chat.view_retentionrule")
def remove_rule(request: HttpRequest, number: int) -> HttpResponse:
    try:
        rules_of_retention.remove_rule(actor(request), number)
    except NotFound as error:
        raise Http404 from error
    messages.success(request, _("The rule is gone."))
    return redirect("review:policy")


@require_POST
@allowed("chat.add_legalhold", "chat.view_legalhold")
def add_hold(request: HttpRequest) -> HttpResponse:
    form = HoldForm(request.POST, prefix="hold")
    if form.is_valid():
        values = form.cleaned_data
        user: int | None = values.get("user")
        key: UUID | None = None if user is not None else values["conversation"]
        try:
            holding.hold(actor(request), values["reason"], user=user, conversation=key)
        except NotFound:
            form.add_error(None, _("It was deleted meanwhile."))
        else:
            messages.success(request, _("Held: no deletion passes until the hold is lifted."))
            return redirect("review:policy")
    return _show(request, status=400, hold_form=form)


@require_POST
@allowed("chat.change_legalhold", "chat.view_legalhold")
def lift_hold(request: HttpRequest, number: int) -> HttpResponse:
    try:
        holding.lift(actor(request), number)
    except NotFound as error:
        raise Http404 from error
    except Conflict:
        messages.error(request, _("This hold was lifted already."))
    else:
        messages.success(request, _("Lifted. What was deleted meanwhile goes for good soon."))
    return redirect("review:policy")
