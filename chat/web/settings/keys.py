"""Settings, "API keys": the keys by which programs come in."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from chat.audit import Actor
from chat.auth.keys import keys_of, make_key, revoke_keys
from chat.models import ApiKey
from chat.shown.keys import shown_keys
from chat.web.settings.frame import show
from chat.web.settings.key_form import KeyForm
from chat.web.signed_in import PageRequest, signed_in


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: PageRequest) -> HttpResponse:
    """The keys; a POST makes one and shows it, this once."""
    if request.method != "POST":
        return _show(request)
    form = KeyForm(request.POST, user=request.user)
    if not form.is_valid():
        return _show(request, status=400, form=form)
    made = form.cleaned_data
    _row, key = make_key(
        Actor(request.user.pk, "page"),
        request.user,
        made["name"],
        scopes=made["scopes"],
        expires=form.expires,
        quota=form.quota,
    )
    return _show(request, new_key=key)


@require_POST
@signed_in
def revoke(request: PageRequest, prefix: str) -> HttpResponse:
    revoke_keys(Actor(request.user.pk, "page"), ApiKey.objects.filter(user=request.user, prefix=prefix))
    return _show(request) if request.htmx else redirect("web:keys")


def _show(
    request: PageRequest, *, form: KeyForm | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "keys": shown_keys(keys_of(request.user)),
        "form": form or KeyForm(user=request.user),
        **more,
    }
    if request.htmx:
        return render(request, "settings/key_list.html", context)
    return show(request, "keys", context, status=status)
