"""Settings, "Sign-in": the password."""

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from chat.web.settings.frame import saved, show
from chat.web.signed_in import PageRequest, signed_in


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        return show(request, "password", {"password_form": PasswordChangeForm(request.user)})
    form = PasswordChangeForm(request.user, request.POST)
    if not form.is_valid():
        return show(request, "password", {"password_form": form}, status=400)
    # The other sessions of this user end; this one goes on.
    update_session_auth_hash(request, form.save())
    return saved(request, "password", _("Your password was changed. Your other devices are signed out."))
