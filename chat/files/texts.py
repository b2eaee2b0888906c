"""Text files: bytes that are the text of somebody's language and nothing else."""

import codecs
import re

from chat.errors import TooLarge

MAX_CHARACTERS = 1_000_000
"""Of one file, a PDF's text included. No model reads more at once; a few read as much."""
SURE = 0.9
"""Of the characters beyond ASCII so many must be everyday Chinese before bytes count as GB18030."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
"""What no text holds. Tabs, line ends, form feeds, and the escapes of a terminal's colours are allowed."""


def decoded(data: bytes) -> str | None:
    """The text, its lines ended by newlines; None where these bytes are no text. Raises `TooLarge`."""
    text = _decoded(data)
    if text is None or _CONTROL.search(text) or not text.strip():
        return None
    return bounded(text.replace("\r\n", "\n").replace("\r", "\n"))


def bounded(text: str) -> str:
    if len(text) > MAX_CHARACTERS:
        raise TooLarge(
            f"The file has {len(text):,} characters of text; the limit is {MAX_CHARACTERS:,}. Split it.",
            code="text_too_long",
        )
    return text


def _decoded(data: bytes) -> str | None:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(data, "utf-16")
    text = _strict(data, "utf-8-sig")
    if text is None and (chinese := _strict(data, "gb18030")) is not None and _is_chinese(chinese):
        return chinese
    return text


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_chinese(text: str) -> bool:
    """Almost all bytes can be read as GB18030, also French: but not as the characters of everyday Chinese."""
    beyond = [character for character in text if character > "\x7f"]
    everyday = "".join(beyond).encode("gb2312", "ignore")
    return len(everyday) / 2 >= SURE * len(beyond)
