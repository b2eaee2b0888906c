"""The files of a question as a page shows them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class ShownFile:
    id: str
    name: str
    kind: str
    bytes: int
    size: str
    url: str


def own_file_url(file: str) -> str:
    """Where the owner of a file fetches it."""
    return reverse("api-attachment", args=[file])


def files_of(message: dict[str, Any], url_of: Callable[[str], str] = own_file_url) -> tuple[ShownFile, ...]:
    """The files of a message that `chat.access` described; `url_of` the id of one is where it is fetched."""
    # In what was shared they have names alone: files are their owner's.
    return tuple(_shown(file, url_of) for file in message.get("attachments", ()) if "id" in file)


def _shown(file: dict[str, Any], url_of: Callable[[str], str]) -> ShownFile:
    return ShownFile(
        id=file["id"],
        name=file["name"],
        kind=file["kind"],
        bytes=file["size"],
        size=in_words(file["size"]),
        url=url_of(file["id"]),
    )


def in_words(size: int) -> str:
    """A number of bytes as people say it; the scripts say it the same way."""
    if size < 1_000_000:
        return _("{number} KB").format(number=number_format(max(round(size / 1000), 1)))
    megabytes = round(size / 1_000_000, 1)
    return _("{number} MB").format(number=number_format(megabytes, 0 if megabytes.is_integer() else 1))
