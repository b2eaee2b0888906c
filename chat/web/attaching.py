"""Files on the pages: what may be attached, told before anything is uploaded."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings

from chat.auth.groups import groups_of
from chat.limits import quota_of
from chat.shown.files import in_words

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

LARGEST: Final = 2**31 - 1
"""Where nothing limits it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a question may be given. `count` 0: nothing."""

    count: int
    bytes: int
    size: str
    accepted: str = ACCEPTED


def taken(user_id: int) -> Taken:
    """What the site and this user's groups say."""
    _groups, quota = groups_of(user_id)
    most = quota_of(quota).attachment_bytes or settings.CHAT_MAX_BODY_BYTES or LARGEST
    return Taken(settings.CHAT_MAX_ATTACHMENTS, most, in_words(most))
