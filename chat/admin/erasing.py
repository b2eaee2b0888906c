"""A user's data on request: exported, or erased. What is shown of it is numbers; each is an audit entry."""

import asyncio
from collections.abc import AsyncIterator
from typing import IO, Any, Final

from asgiref.sync import async_to_sync
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from chat import service
from chat.actions.accounts import ERASED
from chat.audit import Actor, record
from chat.errors import Conflict
from chat.review.erasing import extent_of
from chat.review.scope import is_reviewed, reviewable
from chat.service.my_data import make_archive

PIECE: Final = 256 * 1024
"""Bytes of an archive that are read and sent at a time."""


class SureForm(forms.Form):
    """Whoever erases a user types the name: nobody does it by mistake."""

    username = forms.CharField(
        label=gettext_lazy("Type the username"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, of: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._of = of

    def clean_username(self) -> str:
        given: str = self.cleaned_data["username"]
        if given != self._of.get_username():
            raise forms.ValidationError(_("This is not the username."))
        return given


@never_cache
def erase_page(request: HttpRequest, user_id: int) -> HttpResponse:
    """What there is of the user, in numbers; and the form by which all of it goes."""
    asking = request.user
    assert isinstance(asking, User)
    if not asking.has_perm("auth.delete_user"):
        raise PermissionDenied
    user = get_object_or_404(User, pk=user_id)
    if user.is_superuser and not asking.is_superuser:
        raise PermissionDenied
    form = SureForm(request.POST if request.method == "POST" else None, of=user)
    if form.is_valid():
        try:
            async_to_sync(service.erase_account)(Actor(asking.pk, "admin"), user.pk)
        except Conflict as refusal:
            form.add_error(None, _refusal(refusal))
        else:
            messages.success(request, _("The user is erased: the rows go in the next seconds."))
            return redirect("admin:auth_user_changelist")
    context = {
        "title": _("Erase a user"),
        "opts": User._meta,
        "original": user,
        "form": form,
        "extent": extent_of(user.pk),
        "is_under_way": user.get_username().startswith(ERASED),
        "can_export": _may_export(asking, user),
    }
    return render(request, "admin/erase_user.html", admin.site.each_context(request) | context)


def _refusal(refusal: Conflict) -> str:
    if refusal.code == "held":
        return _("This user is under a legal hold. Lift it first.")
    return _("This is the last administrator. Make somebody else an administrator first.")


def _may_export(asking: User, of: User) -> bool:
    """Who may take conversations out, of somebody whose conversations may be read at all."""
    return asking.has_perm("chat.export_conversations") and is_reviewed(of.pk)


@never_cache
@require_POST
def export_user(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """What a reviewer might read of the user, as one file. (All of it is for the user, or the command.)"""
    asking = request.user
    assert isinstance(asking, User)
    user = get_object_or_404(User, pk=user_id)
    if not _may_export(asking, user):
        raise PermissionDenied
    record(Actor(asking.pk, "admin"), "export_user", "user", user.pk)
    file = make_archive(user.pk, reviewable())
    response = StreamingHttpResponse(_pieces(file), content_type="application/zip")
    name = f"{user.get_username()}-{timezone.now():%Y-%m-%d}.zip"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    return response


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
