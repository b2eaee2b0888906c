"""The list or queue that a reviewer came from, as the address of a conversation carries it."""

from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest

OWN: Final = frozenset({"at", "beside", "before", "after", "from", "upto", "through", "message"})
"""What of the address is about the conversation; the rest is about where one came from."""


def list_query(request: HttpRequest) -> str:
    """The filter, and where it was applied, as the address of the list has them."""
    given = ((name, value) for name, values in request.GET.lists() for value in values)
    return urlencode([(name, value) for name, value in given if name not in OWN])
