"""The page where a set is taken out: what is chosen, in which form, and how far the exports are."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from chat.admin.review.allowed import allowed, reviewer
from chat.admin.review.frame import frame
from chat.errors import BadRequest
from chat.models import ReviewExport
from chat.review import exports
from chat.review.chosen import chosen
from chat.review.export_forms import FORMS

LISTED: Final = 20
"""Of one's own exports, the newest."""


class ExportForm(forms.Form):
    filter = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)
    form = forms.ChoiceField(
        label=_("Form"),
        choices=[(form.key, form.name) for form in FORMS.values()],
        widget=forms.RadioSelect,
        initial="jsonl",
    )
    pseudonymised = forms.BooleanField(
        label=_("Pseudonyms instead of user names"),
        required=False,
        help_text=_(
            "The same in each export, and known to nobody without this site’s secret key. What people wrote "
            "(texts, titles, names of files) stays as it is and may name anybody."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(*exports.PERMISSIONS)
def page(request: HttpRequest) -> HttpResponse:
    """GET shows; POST asks for an export and leads to its file. `X-Part: exports`: only how far they are."""
    if request.headers.get("X-Part") == "exports":
        return render(request, "admin/review/exports_rows.html", {"rows": _rows(reviewer(request).pk)})
    query = request.META["QUERY_STRING"]
    form = ExportForm(request.POST if request.method == "POST" else None, initial={"filter": query})
    if form.is_valid():
        wanted = form.cleaned_data
        try:
            chosen(wanted["filter"], reviewer(request).pk)
        except BadRequest as error:
            form.add_error(None, error.message)
        else:
            asked = exports.ask(
                reviewer(request).pk,
                wanted["filter"],
                wanted["form"],
                pseudonymised=wanted["pseudonymised"],
            )
            return HttpResponseRedirect(reverse("review:download", args=[asked.pk]))
    return _show(request, form, query, status=400 if form.errors else 200)


@require_POST
@allowed(*exports.PERMISSIONS)
def cancel(request: HttpRequest, key: UUID) -> HttpResponse:
    exports.cancel(key, reviewer(request).pk)
    return HttpResponseRedirect(reverse("review:exports"))


def _show(request: HttpRequest, form: ExportForm, query: str, *, status: int) -> HttpResponse:
    user = reviewer(request)
    try:
        total = chosen(query, user.pk).count()
    except BadRequest as error:
        total, status = None, 400
        refusal = error.message
    else:
        refusal = ""
    context = {
        **frame(request, "exports", _("Exports")),
        "form": form,
        "query": query,
        "total": total,
        "number": f"{total or 0:,}",
        "refusal": refusal,
        "rows": _rows(user.pk),
    }
    return render(request, "admin/review/exports.html", context, status=status)


def _rows(user_id: int) -> list[dict[str, Any]]:
    begun = ReviewExport.objects.filter(owner=user_id, total__isnull=False)[:LISTED]
    now = timezone.now()
    return [
        {
            "row": row,
            "form": FORMS[row.form].name if row.form in FORMS else row.form,
            "state": _state(row),
            "done": f"{row.done:,}",
            "total": f"{row.total:,}",
            "again": row.ended is not None and _state(row) != "whole" and row.form in FORMS,
            "silent": row.ended is None and now - (row.heard or row.made) > exports.SILENT,
        }
        for row in begun
    ]


def _state(row: ReviewExport) -> str:
    if row.ended is None:
        return "cancelling" if row.cancelled else "running"
    if row.error:
        return row.error
    return "cancelled" if row.cancelled else "whole"
