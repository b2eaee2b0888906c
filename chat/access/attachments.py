"""The files that a user gave and has not sent yet, and which of the folder's files are somebody's."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chat.access.descriptions import describe_attachment, timestamp
from chat.access.rows import attachment_for, attachments_of
from chat.models import Attachment

AT_ONCE = 500
"""Ids in one query: SQLite takes 32,766 values, and a plan for so many is slow everywhere."""


def list_unsent(user_id: int) -> list[dict[str, Any]]:
    """Oldest first. They are few: `chat.actions.attachments` bounds them."""
    rows = attachments_of(user_id).filter(message__isnull=True).defer("text").order_by("id")
    return [describe_upload(row) for row in rows]


def describe_upload(row: Attachment, characters: int | None = None) -> dict[str, Any]:
    """A file as its owner is told of it; `characters` of the text that was taken out of it."""
    described = describe_attachment(row) | {"created": timestamp(row.created)}
    return described if characters is None else described | {"characters": characters}


def where_it_lies(user_id: int, attachment_id: Any) -> tuple[UUID, dict[str, Any]]:
    """The id of the file's bytes, and what it is."""
    row = attachment_for(user_id, attachment_id)
    return row.file, describe_attachment(row)


def still_used(files: Sequence[UUID]) -> set[UUID]:
    """Those of the files that a row names."""
    used: set[UUID] = set()
    for start in range(0, len(files), AT_ONCE):
        rows = Attachment.objects.filter(file__in=files[start : start + AT_ONCE])
        used.update(rows.values_list("file", flat=True))
    return used
