"""For who lost their phone and their recovery codes: an administrator takes the second factor away."""

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from chat.audit import Actor
from chat.service.second_factors import reset_second_factor


@never_cache
def reset_page(request: HttpRequest, user_id: int) -> HttpResponse:
    """Asks once more, and does it. Not for other staff: a password of theirs could then be enough."""
    asking = request.user
    assert isinstance(asking, User)
    if not asking.is_superuser:
        raise PermissionDenied
    user = get_object_or_404(User, pk=user_id)
    if request.method == "POST":
        if reset_second_factor(Actor(asking.pk, "admin"), user):
            messages.success(request, _("The second factor is gone, and all devices are signed out."))
        else:
            messages.info(request, _("This user has no second factor."))
        return redirect("admin:auth_user_change", user.pk)
    context = {"title": _("Reset the second factor"), "opts": User._meta, "original": user}
    return render(request, "admin/reset_second_factor.html", admin.site.each_context(request) | context)
