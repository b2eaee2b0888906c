"""Settings, "Shared links": all links to the user's conversations, and how each stands."""

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat.access.shares import list_shares
from chat.web.settings.frame import show
from chat.web.signed_in import PageRequest, signed_in


@never_cache
@require_safe
@signed_in
def page(request: PageRequest) -> HttpResponse:
    return show(request, "shared_links", {"links": list_shares(request.user.pk), "with_titles": True})
