"""The set of conversations that a filter in an address chooses, for what goes through all of it."""

from django.db.models import QuerySet

from chat.errors import BadRequest
from chat.models import ConversationDigest
from chat.review.conditions import conditions
from chat.review.filter_form import BadFilter, read_filter
from chat.review.filters import Filter
from chat.review.scope import reviewable
from chat.search.found import conversations_with
from chat.search.query import parse
from chat.search.waiting import catch_up


def chosen(query: str, user_id: int | None) -> QuerySet[ConversationDigest]:
    """Within what may be reviewed. Raises `BadRequest` for a filter that is none."""
    try:
        return matching(read_filter(query), user_id)
    except BadFilter as error:
        raise BadRequest("This filter is none that the list knows.", param="filter") from error


def matching(wanted: Filter, reviewer: int | None) -> QuerySet[ConversationDigest]:
    """In no order. Without a reviewer nothing is assigned to "me"."""
    found = ConversationDigest.objects.filter(reviewable(), conditions(wanted, reviewer))
    if wanted.q:
        catch_up()
        found = found.filter(pk__in=conversations_with(parse(wanted.q)))
    return found
