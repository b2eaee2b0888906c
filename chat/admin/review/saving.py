"""Saves a filter under a name, renames, shares and deletes it; what was deleted can be brought back."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chat.admin.review.allowed import actor, allowed
from chat.admin.review.listing import PERMISSION
from chat.errors import BadRequest, Conflict, NotFound
from chat.review.filter_form import BadFilter, read_filter
from chat.review.saved_filters import change_filter, delete_filter, save_filter


@require_POST
@allowed(PERMISSION)
def save(request: HttpRequest) -> HttpResponse:
    """`filter` is the query of the list."""
    query = request.POST.get("filter", "")
    try:
        wanted = read_filter(query)
        save_filter(actor(request), request.POST.get("name", ""), wanted, shared="shared" in request.POST)
    except BadFilter:
        _refuse(request, _("This filter is not valid any more."))
    except (BadRequest, Conflict) as error:
        _refuse(request, _why(error))
    return _back(query)


@require_POST
@allowed(PERMISSION)
def change(request: HttpRequest, key: int) -> HttpResponse:
    """`name` and `shared` as they shall be; `delete` instead takes it away."""
    try:
        if "delete" in request.POST:
            gone = delete_filter(actor(request), key)
            request.session["review_undo"] = {"name": gone.name, "query": gone.query, "shared": gone.shared}
        else:
            change_filter(
                actor(request), key, name=request.POST.get("name", ""), shared="shared" in request.POST
            )
    except NotFound:
        _refuse(request, _("This filter is not there any more."))
    except (BadRequest, Conflict) as error:
        _refuse(request, _why(error))
    return _back(request.POST.get("here", ""))


def _why(error: BadRequest | Conflict) -> str:
    if isinstance(error, BadRequest):
        return _("A name has 1 to 100 characters.")
    if error.code == "too_many":
        return _("There are too many saved filters: delete one first.")
    return _("You have a filter of this name already.")


def _refuse(request: HttpRequest, why: str) -> None:
    request.session["review_refusal"] = why


def _back(query: str) -> HttpResponse:
    """To the list, as it was. What stands in the address is written anew, so that it leads nowhere else."""
    try:
        query = QueryDict(query).urlencode()
    except Exception:  # noqa: BLE001 (more fields than Django reads: nothing of ours)
        query = ""
    return HttpResponseRedirect(f"{reverse('review:list')}{'?' if query else ''}{query}")
