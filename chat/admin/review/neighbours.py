"""The conversations before and after one in the list or queue that a reviewer came from."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from chat.admin.review import queues
from chat.admin.review.allowed import reviewer
from chat.admin.review.came_from import list_query
from chat.errors import BadRequest
from chat.review.filter_form import BadFilter, read_filter
from chat.review.finding import neighbours


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Their addresses; empty at an end of the list, or where one came from no list."""

    before: str = ""
    after: str = ""


def neighbours_of(request: HttpRequest, conversation: UUID) -> Neighbours:
    """As the list or queue is now: what was judged meanwhile may have left it."""
    match request.GET.get("in"):
        case "queue":
            return Neighbours(*queues.beside(request))
        case "list" | "search":
            query = list_query(request)
            try:
                found = neighbours(read_filter(query), conversation, reviewer(request).pk)
            except (BadFilter, BadRequest):  # somebody changed the address by hand
                return Neighbours()
            return Neighbours(*(_address(key, query) for key in found))
    return Neighbours()


def _address(key: UUID | None, query: str) -> str:
    return "" if key is None else f"{reverse('review:conversation', args=[key])}?{query}"
