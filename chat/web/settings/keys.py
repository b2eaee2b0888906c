"""Settings, "API keys": the keys by which programs come in."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from chat.auth.keys import create_key, keys_of, revoke_key
from chat.web.settings.frame import show
from chat.web.signed_in import PageRequest, signed_in


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: PageRequest) -> HttpResponse:
    """The keys; a POST makes one and shows it, this once."""
    if request.method != "POST":
        return show(request, "keys", {"keys": keys_of(request.user)})
    name = request.POST.get("name", "").replace("\0", "").strip()[:100]
    _row, key = create_key(request.user, name)
    context = {"keys": keys_of(request.user), "new_key": key}
    if request.htmx:
        return render(request, "settings/key_list.html", context)
    return show(request, "keys", context)


@require_POST
@signed_in
def revoke(request: PageRequest, prefix: str) -> HttpResponse:
    revoke_key(prefix, user=request.user)
    if request.htmx:
        return render(request, "settings/key_list.html", {"keys": keys_of(request.user)})
    return redirect("web:keys")
