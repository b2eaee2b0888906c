"""A program: a PDF on stdin, its text as JSON on stdout. Run by `pdfs.py` alone, and imports nothing of ours.

    python -I pdf_text.py MAX_PAGES MAX_CHARACTERS SECONDS

Answers `{"text": …}`, or `{"error": encrypted, pages, characters or broken}`.
"""

import json
import logging
import re
import sys
from contextlib import suppress
from io import BytesIO
from typing import Any

MEMORY = 1 << 30
"""Bytes: a bomb of compressed streams ends here instead of in the server's memory."""
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def extract(data: bytes, max_pages: int, max_characters: int) -> dict[str, Any]:
    """The text of all pages, each begun by a line that tells its number where there are several."""
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):  # many have an empty password
        return {"error": "encrypted"}
    pages = len(reader.pages)
    if pages > max_pages:
        return {"error": "pages", "pages": pages}
    texts: list[str] = []
    length = 0
    for page in reader.pages:
        text = _UNFIT.sub("", page.extract_text()).strip()
        length += len(text)
        if length > max_characters:
            return {"error": "characters"}
        texts.append(text)
    if not any(texts):
        return {"text": ""}
    if pages == 1:
        return {"text": texts[0]}
    return {"text": "\n\n".join(f"[Page {number}]\n{text}" for number, text in enumerate(texts, 1) if text)}


def main(max_pages: int, max_characters: int, seconds: int) -> None:
    _limit(seconds)
    logging.disable()
    try:
        answer = extract(sys.stdin.buffer.read(), max_pages, max_characters)
    except Exception:  # noqa: BLE001 (whatever a broken file makes pypdf raise, it is one answer)
        answer = {"error": "broken"}
    print(json.dumps(answer))


def _limit(seconds: int) -> None:
    try:
        import resource
    except ImportError:  # not Unix: there the time-out of whoever runs us is the only limit
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, seconds)):
        with suppress(ValueError, OSError):  # a system that knows the limit and does not set it
            resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
