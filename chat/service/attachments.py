"""Files: upload, look at, take back; and the sweep of those that nobody has any more."""

import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from chat import limits
from chat.access import attachments as reading_attachments
from chat.actions import attachments
from chat.auth.caller import Caller
from chat.database import in_database, reading
from chat.errors import BadRequest, NotFound, Unavailable
from chat.files import folder
from chat.files.recognition import Recognised, recognise
from chat.ids import new_id
from chat.service.file_work import in_file_thread, recognising

logger = logging.getLogger(__name__)

YOUNG = 60.0
"""Seconds in which a file may still be without its row."""


@dataclass(frozen=True, slots=True)
class Given:
    """A file's bytes, and what it is as clients see it."""

    description: dict[str, Any]
    data: bytes


async def attach(caller: Caller, name: str, data: bytes) -> dict[str, Any]:
    """Keep a file until a question is asked with it. What it is, is told by its content."""
    if not settings.CHAT_MAX_ATTACHMENTS:
        raise BadRequest("No files are taken here.", code="no_files")
    limits.refuse_large_file(caller, len(data))
    found = await recognising(caller.user_id, recognise, name, data)
    return await _keep(caller, found)


async def _keep(caller: Caller, found: Recognised) -> dict[str, Any]:
    file = new_id()
    try:
        await in_file_thread(folder.keep, file, found.data)
    except OSError as error:
        logger.exception("a file cannot be kept in %s", settings.CHAT_FILES_DIR)
        raise Unavailable("The server has no room for files now. Try again later.") from error
    # The bytes first: a row without them would be a promise that is not kept. Bytes without a row
    # are swept up.
    described = await in_database(
        attachments.add_attachment,
        caller.user_id,
        file,
        name=found.name,
        kind=found.kind,
        content_type=found.content_type,
        data=found.data,
        text=found.text,
    )
    if not await in_file_thread(folder.has, file):
        # The row took longer than a file counts as young, and a sweep came by.
        await in_file_thread(folder.keep, file, found.data)
    return described


async def list_attachments(caller: Caller) -> dict[str, Any]:
    """The caller's files that were not sent yet."""
    return {"results": await in_database(reading_attachments.list_unsent, caller.user_id), "next": None}


async def read_attachment(caller: Caller, attachment_id: str) -> Given:
    """A file of the caller's, sent or not."""
    file, description = await in_database(reading_attachments.where_it_lies, caller.user_id, attachment_id)
    try:
        return Given(description, await in_file_thread(folder.read, file))
    except FileNotFoundError as error:
        logger.exception("the bytes of attachment %s are lost", attachment_id)
        raise NotFound("The file is not there any more.", code="file_lost") from error


async def remove_attachment(caller: Caller, attachment_id: str) -> None:
    """Take back a file that was not sent."""
    file = await in_database(attachments.remove_unsent, caller.user_id, attachment_id)
    await in_file_thread(folder.remove, file)


def _remove_all(files: list[UUID]) -> None:
    for file in files:
        folder.remove(file)


async def sweep_files(young: float = YOUNG) -> int:
    """Forget what nobody sent within a day, and remove the bytes that no row names; how many files they were.

    The folder is read before the rows: what is in both readings cannot have become somebody's meanwhile,
    since a row to bytes that lie here already is only ever made from another one.
    """
    await in_database(attachments.forget_unsent)
    lying: list[UUID] = await in_file_thread(folder.older_than, young)
    used = await reading(reading_attachments.still_used, lying)
    left = [file for file in lying if file not in used]
    await in_file_thread(_remove_all, left)
    return len(left)
