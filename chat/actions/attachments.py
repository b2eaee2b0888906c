"""Rows of files: made when one is uploaded, bound to the question that it is sent with, else forgotten."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chat.access.attachments import describe_upload
from chat.access.rows import as_uuid, attachments_of, no_such
from chat.errors import BadRequest, Conflict, TooMany
from chat.ids import new_id
from chat.models import Attachment

MAX_UNSENT = 100
"""Of one user: what somebody uploads and never sends must not fill the disk."""
FORGOTTEN = timedelta(days=1)
"""A file that was not sent for so long is none that somebody comes back to."""


def add_attachment(
    user_id: int, file: UUID, *, name: str, kind: str, content_type: str, data: bytes, text: str
) -> dict[str, Any]:
    """The row of a file whose bytes are in the folder. Raises `TooMany`."""
    if Attachment.objects.filter(owner_id=user_id, message__isnull=True).count() >= MAX_UNSENT:
        raise TooMany(
            f"{MAX_UNSENT} of your files wait to be sent. Send or remove some first.", code="too_many_files"
        )
    row = Attachment.objects.create(
        owner_id=user_id,
        file=file,
        name=name,
        kind=kind,
        content_type=content_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        text=text,
    )
    return describe_upload(row, None if kind == Attachment.Kind.IMAGE else len(text))


@transaction.atomic
def remove_unsent(user_id: int, attachment_id: Any) -> UUID:
    """Forget a file that was not sent; the id of its bytes. Raises `Conflict` where it was sent."""
    key = as_uuid(attachment_id, "attachment")
    row = attachments_of(user_id).filter(id=key).select_for_update(of=("self",)).defer("text").first()
    if row is None:
        raise no_such("attachment")
    if row.message_id is not None:
        raise Conflict("This file was sent: it goes with its message.", code="attachment_sent")
    row.delete()
    return row.file


@transaction.atomic
def forget_unsent() -> int:
    """Delete the rows of files that nobody sent within a day; how many they were."""
    old = Q(message__isnull=True, created__lt=timezone.now() - FORGOTTEN)
    # Locked, and looked at again under the lock: an ask may bind one at this moment.
    keys = list(Attachment.objects.select_for_update().filter(old).values_list("id", flat=True))
    deleted, _ = Attachment.objects.filter(old, id__in=keys).delete()
    return deleted


def bind(owner: int, message: UUID, ids: Sequence[str], *, most: int) -> list[Attachment]:
    """Give the message these files, in this order; inside the transaction that asks.

    What an earlier message has (a question that is edited has its files) is not taken from it: the
    message gets a row of its own to the same bytes.
    """
    if not ids:
        return []
    keys = [as_uuid(key, "attachment") for key in ids]
    if len(set(keys)) < len(keys):
        raise BadRequest("A file is attached twice.", param="attachments")
    if len(keys) > most:
        raise BadRequest(
            f"{len(keys)} files are attached; the limit is {most}." if most else "No files are taken here.",
            code="too_many_attachments",
            param="attachments",
        )
    rows = attachments_of(owner).filter(id__in=keys).select_for_update(of=("self",))
    found = {row.id: row for row in rows}
    if len(found) < len(keys):
        raise no_such("attachment")
    bound = [found[key] for key in keys]
    for position, row in enumerate(bound):
        if row.message_id is not None:
            row.pk = new_id()
            row._state.adding = True
        row.message_id = message
        row.position = position
        row.save()
    return bound
