"""The conversations before and after one in the list or queue that a reviewer came from."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Their ids; None at an end of the list, or where one came from no list."""

    before: UUID | None = None
    after: UUID | None = None


def neighbours_of(request: HttpRequest, conversation: UUID) -> Neighbours:
    return Neighbours()
