"""Files on the pages: what may be attached, told before anything is uploaded."""

from dataclasses import dataclass

from django.conf import settings

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


@dataclass(frozen=True, slots=True)
class Taken:
    """What a question may be given. `count` 0: nothing."""

    count: int
    bytes: int
    size: str
    accepted: str = ACCEPTED


def taken() -> Taken:
    most = settings.CHAT_MAX_ATTACHMENT_BYTES
    return Taken(settings.CHAT_MAX_ATTACHMENTS, most, in_words(most))
