"""One-time links: made here and shown once, listed with what became of them, and taken back."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from chat.admin.read_only import ReadOnlyAdmin
from chat.audit import Actor, record
from chat.auth import links
from chat.models import OneTimeLink
from chatsite.site_address import address_for


class LinkForm(forms.Form):
    """What a new link is for. Of a new password: whose; an invitation is for somebody without an account."""

    kind = forms.ChoiceField(label=_("Kind"), choices=links.Kind.choices)
    user = forms.ModelChoiceField(
        label=_("User"),
        queryset=User.objects.filter(is_active=True).order_by("username"),
        required=False,
        help_text=_("Whose password it sets. None for an invitation."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=200, help_text=_("Whom it is for; only shown here.")
    )
    days = forms.IntegerField(
        label=_("Days that it works"), min_value=1, max_value=links.MOST_DAYS, initial=links.DAYS
    )

    def __init__(self, *args: Any, maker: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._maker = maker

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        user = cleaned.get("user")
        if cleaned.get("kind") == links.Kind.RESET and "user" not in self.errors:
            if user is None:
                self.add_error("user", _("Choose whose password it sets."))
            elif user.is_superuser and not self._maker.is_superuser:
                # Else whoever may make links could become the administrator.
                self.add_error("user", _("Only a superuser may make a link for a superuser."))
            elif not self._maker.has_perm("auth.change_user"):
                self.add_error("user", _("You may not change users."))
        if cleaned.get("kind") == links.Kind.INVITATION and user is not None:
            self.add_error("user", _("An invitation is for somebody who has no account yet."))
        return cleaned


@admin.register(OneTimeLink)
class OneTimeLinkAdmin(ReadOnlyAdmin):
    list_display = ("created", "kind", "note", "user", "made_by", "state", "expires")
    list_filter = ("kind", "used", "expires")
    list_select_related = ("user", "made_by")
    search_fields = ("note", "user__username", "made_by__username")
    exclude = ("hash",)
    actions = ("revoke",)

    @admin.display(description=_("State"))
    def state(self, link: OneTimeLink) -> Any:
        if link.used is not None:
            return _("used")
        return _("waiting") if link.expires > timezone.now() else _("over")

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return request.user.has_perm("chat.add_onetimelink")

    @sensitive_variables("path")
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The form, and after it the link, this once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        assert isinstance(request.user, User)
        given = {name: request.GET[name] for name in ("kind", "user") if name in request.GET}
        form = LinkForm(request.POST if request.method == "POST" else None, initial=given, maker=request.user)
        context = self.admin_site.each_context(request) | {
            "title": _("Make a one-time link"),
            "opts": self.opts,
            "form": form,
        }
        if form.is_valid():
            values = form.cleaned_data
            with transaction.atomic():
                row, path = links.make_link(
                    links.Kind(values["kind"]),
                    user=values["user"],
                    made_by=request.user,
                    note=values["note"],
                    days=values["days"],
                )
                self.log_addition(request, row, "made")
                details = {"kind": str(row.kind), "user": row.user_id, "days": values["days"]}
                record(Actor(request.user.pk, "admin"), "link_made", "link", row.pk, details)
            context |= {"link": address_for(path, request), "row": row}
        return render(request, "admin/one_time_link.html", context)

    @admin.action(description=_("Take the selected links back"), permissions=["revoke"])
    @transaction.atomic
    def revoke(self, request: HttpRequest, selected: QuerySet[OneTimeLink]) -> None:
        good = list(selected.filter(used=None, expires__gt=timezone.now()).values_list("pk", flat=True))
        revoked = links.revoke_links(selected)
        for key in good:
            record(Actor(request.user.pk, "admin"), "link_revoke", "link", key)
        self.message_user(request, _("%(number)d links taken back.") % {"number": revoked})

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("chat.change_onetimelink")
