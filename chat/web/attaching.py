"""Files on the pages: what may be attached, told before anything is uploaded, and those of a question."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

ACCEPTED = ",".join(
    [
        *("image/png", "image/jpeg", "image/webp", "image/gif", "application/pdf", "text/*"),
        *(
            ".txt",
            ".md",
            ".csv",
            ".tsv",
            ".json",
            ".jsonl",
            ".xml",
            ".yaml",
            ".yml",
            ".toml",
            ".ini",
            ".conf",
        ),
        *(
            ".log",
            ".html",
            ".css",
            ".js",
            ".mjs",
            ".ts",
            ".tsx",
            ".jsx",
            ".vue",
            ".py",
            ".ipynb",
            ".rb",
            ".php",
        ),
        *(
            ".java",
            ".kt",
            ".c",
            ".h",
            ".cpp",
            ".hpp",
            ".cs",
            ".go",
            ".rs",
            ".swift",
            ".sh",
            ".sql",
            ".r",
            ".tex",
        ),
        *(".srt", ".vtt", ".diff", ".patch", ".svg"),
    ]
)
"""For the picker alone, which needs names: what a file is, the server tells by its content."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a question may be given. `count` 0: nothing."""

    count: int
    bytes: int
    size: str
    accepted: str = ACCEPTED


@dataclass(frozen=True, slots=True)
class ShownFile:
    id: str
    name: str
    kind: str
    bytes: int
    size: str
    url: str


def taken() -> Taken:
    most = settings.CHAT_MAX_ATTACHMENT_BYTES
    return Taken(settings.CHAT_MAX_ATTACHMENTS, most, in_words(most))


def files_of(message: dict[str, Any]) -> tuple[ShownFile, ...]:
    """The files of a message that `chat.access` described."""
    # In what was shared they have names alone: files are their owner's.
    return tuple(_shown(file) for file in message.get("attachments", ()) if "id" in file)


def _shown(file: dict[str, Any]) -> ShownFile:
    return ShownFile(
        id=file["id"],
        name=file["name"],
        kind=file["kind"],
        bytes=file["size"],
        size=in_words(file["size"]),
        url=reverse("api-attachment", args=[file["id"]]),
    )


def in_words(size: int) -> str:
    """A number of bytes as people say it; the scripts say it the same way."""
    if size < 1_000_000:
        return _("{number} KB").format(number=number_format(max(round(size / 1000), 1)))
    megabytes = round(size / 1_000_000, 1)
    return _("{number} MB").format(number=number_format(megabytes, 0 if megabytes.is_integer() else 1))
