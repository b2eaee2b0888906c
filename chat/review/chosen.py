"""The set of conversations that a filter in an address chooses, for what goes through all of it."""

from django.db.models import QuerySet

from chat.errors import BadRequest
from chat.models import ConversationDigest
from chat.review.scope import reviewable


def chosen(query: str, user_id: int | None) -> QuerySet[ConversationDigest]:
    """Within what may be reviewed. Raises `BadRequest` for a filter that is none."""
    if query:
        raise BadRequest("Filters are not known here yet.", param="filter")
    return ConversationDigest.objects.filter(reviewable())
