"""All data of one user as a ZIP file: made in a thread, one conversation after the other.

Memory holds a conversation, a file and the list of names: ten thousand conversations are no more of that
than one. The archive itself lies on the disk once it is large.
"""

import tempfile
from datetime import datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
from django.conf import settings
from django.db import connections
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chat import portable
from chat.access import my_data
from chat.access.conversations import read_conversation
from chat.errors import NotFound
from chat.files import folder

IN_MEMORY = 4 * 1024 * 1024
"""Bytes of an archive; a larger one goes to a temporary file, which is gone with the process."""


def make_archive(user_id: int, only: Q | None = None) -> IO[bytes]:
    """The archive, at its beginning. For a thread of its own, whose database connection it gives back.

    `only`: a condition for the conversations, where it is not their user who takes it.
    """
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (whoever sends it closes it)
    try:
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            _fill(archive, user_id, timezone.now(), only)
    except BaseException:
        file.close()
        raise
    finally:
        connections.close_all()
    file.seek(0)
    return file


def _fill(archive: ZipFile, user_id: int, now: datetime, only: Q | None) -> None:
    account = my_data.describe_account(user_id)
    archive.writestr("README.txt", _readme(now, proofs="second_factors" in account))
    archive.writestr("account.json", _json(account))
    for number, key in enumerate(my_data.conversation_ids(user_id, only), 1):
        try:
            found = read_conversation(user_id, key)
        except NotFound:
            continue  # deleted meanwhile
        # The number keeps two of one title apart, and all in the order in which they began.
        for ending, text in (
            ("json", _json(portable.as_document(found, now))),
            ("md", portable.as_markdown(found).encode()),
        ):
            name = portable.file_name(found, ending)
            archive.writestr(f"conversations/{ending}/{number:05} {name}", text)
    _add_files(archive, user_id, only)


def _add_files(archive: ZipFile, user_id: int, only: Q | None) -> None:
    listed: list[dict[str, Any]] = []
    for row in my_data.files_of(user_id, only):
        # The id keeps two of one name apart, and nothing in a name can lead out of the folder.
        name = f"files/{row['id']} {portable.file_name({'title': row['name']}, 'x').removesuffix('.x')}"
        try:
            data = folder.read(row["file"])
        except OSError:
            listed.append({**_plain(row), "file": None})
            continue
        archive.writestr(name, data)
        listed.append({**_plain(row), "file": name})
    if listed:
        archive.writestr("files.json", _json(listed))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    message = row["message_id"]
    return {
        "id": str(row["id"]),
        "name": row["name"],
        "content_type": row["content_type"],
        "size": row["size"],
        "message": None if message is None else str(message),
    }


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value))


def _readme(now: datetime, *, proofs: bool) -> str:
    lines = [
        _("Everything that {product} keeps of you, as it was on {date}.").format(
            product=settings.CHAT_SITE_NAME, date=f"{now:%Y-%m-%d %H:%M} UTC"
        ),
        "",
        _("account.json: your account, your settings, the names of your API keys, where you are signed in."),
        *(
            [_("In it are also the accounts elsewhere that you connected, and your second factors.")]
            if proofs
            else []
        ),
        _("conversations/md: each conversation to read, the branch that was shown last."),
        _("conversations/json: each conversation whole, with all branches and your feedback."),
        _("files and files.json: the files that you attached, and the messages that they belong to."),
        "",
        _("Passwords and keys are not in it: they are not stored."),
    ]
    return "\n".join(lines) + "\n"
