"""The conversations before and after one in the list or queue that a reviewer came from."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from chat.admin.review import queues


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Their addresses; empty at an end of the list, or where one came from no list."""

    before: str = ""
    after: str = ""


def neighbours_of(request: HttpRequest, conversation: UUID) -> Neighbours:
    if request.GET.get("in") == "queue":
        return Neighbours(*queues.beside(request))
    return Neighbours()
