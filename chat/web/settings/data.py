"""Settings, "Your data": a copy of everything to take along, and the end of the account."""

import asyncio
from collections.abc import AsyncIterator
from typing import IO
from weakref import WeakSet

from asgiref.sync import async_to_sync
from django import forms
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from chat import limits, service
from chat.errors import Conflict, TooMany, Unavailable
from chat.service.my_data import make_archive
from chat.web.errors import message_page, refused, too_many_sign_ins, too_often
from chat.web.settings.frame import show
from chat.web.settings.present_password import PresentPasswordForm, ask_first
from chat.web.signed_in import PageRequest, caller_of, signed_in, signed_in_async

PIECE = 256 * 1024
"""Bytes of the archive that are read and sent at a time."""
AT_ONCE = 4
"""Copies on their way: who takes one slowly holds a place of all pages (chatsite/page_limit.py)."""
COME_BACK_SECONDS = 30


class DeleteForm(PresentPasswordForm):
    """Who leaves gives their password and types their username: nobody does it by mistake, or for another."""

    username = forms.CharField(
        label=gettext_lazy("Type your username"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )

    def clean_username(self) -> str:
        given: str = self.cleaned_data["username"]
        if given != self._user.get_username():
            raise forms.ValidationError(_("This is not your username."))
        return given


@never_cache
@require_GET
@signed_in
def page(request: PageRequest) -> HttpResponse:
    return show(request, "data", {"delete_form": DeleteForm(request.user)})


@never_cache
@require_POST
@signed_in_async
async def export(request: PageRequest) -> HttpResponseBase:
    """Everything as one file. It is made whole before the first byte goes out: a half one is never sent."""
    try:
        limits.exports.take(str(request.user.pk))
    except TooMany as error:
        return too_often(request, error)
    if len(_under_way) >= AT_ONCE:
        return refused(request, Unavailable("Other copies are on their way.", retry_after=COME_BACK_SECONDS))
    copy = Copy()
    try:
        copy.file = file = await asyncio.to_thread(make_archive, request.user.pk)
    except BaseException:
        copy.close()
        raise
    response = StreamingHttpResponse(copy, content_type="application/zip")
    response.headers["Content-Length"] = str(_length(file))
    name = f"{request.user.get_username()}-{timezone.now():%Y-%m-%d}.zip"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


@sensitive_post_parameters()
@never_cache
@require_POST
@signed_in
def delete(request: PageRequest) -> HttpResponse:
    """Shut at once; what ran is stopped, and the rows go after the last end."""
    if (answer := ask_first(request)) is not None:
        return answer
    form = DeleteForm(request.user, request.POST)
    try:
        valid = form.is_valid()
    except TooMany as error:
        return too_many_sign_ins(request, error)
    if not valid:
        return show(request, "data", {"delete_form": form}, status=400)
    try:
        async_to_sync(service.delete_account)(caller_of(request))
    except Conflict:
        form.add_error(None, _("You are the last administrator. Make somebody else an administrator first."))
        return show(request, "data", {"delete_form": form}, status=409)
    logout(request)
    return message_page(request, 200, _("Your account is deleted"), _goodbye())


def _goodbye() -> str:
    days = settings.CHAT_PURGE_DAYS
    if not days:
        return _("Everything that was yours here is gone. Goodbye.")
    return ngettext(
        "Everything that was yours here is hidden, and gone for good after {days} day. Goodbye.",
        "Everything that was yours here is hidden, and gone for good after {days} days. Goodbye.",
        days,
    ).format(days=days)


class Copy:
    """One that is made and taken. Its response closes it, also where the client goes before that begins."""

    file: IO[bytes] | None = None

    def __init__(self) -> None:
        _under_way.add(self)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert self.file is not None
        while piece := await asyncio.to_thread(self.file.read, PIECE):
            yield piece

    def close(self) -> None:
        _under_way.discard(self)
        if self.file is not None:
            self.file.close()


_under_way: WeakSet[Copy] = WeakSet()
"""Weak: a client may go before there is a response that would close its own."""


def _length(file: IO[bytes]) -> int:
    length = file.seek(0, 2)
    file.seek(0)
    return length
