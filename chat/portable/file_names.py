"""A name for a conversation's file that every file system takes, in every script."""

import re
import unicodedata
from typing import Any

LONGEST = 80
"""Characters, so that it stays below the 255 bytes that most file systems take also where one has three."""
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for its devices."""


def file_name(conversation: dict[str, Any], ending: str) -> str:
    """The title as a file's name, with `ending`."""
    return f"{_stem(conversation['title'])}.{ending}"


def _stem(title: str) -> str:
    # Without what is not seen: a right-to-left override would show another ending than the file has.
    seen = "".join(mark for mark in title if unicodedata.category(mark) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    stem = " ".join(_FORBIDDEN.sub(" ", seen).split())[:LONGEST].strip(". ")
    return "conversation" if not stem or _RESERVED.fullmatch(stem) else stem
