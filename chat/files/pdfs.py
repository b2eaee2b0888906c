"""The text of PDFs, taken out by a process of its own (`pdf_text.py`).

Reading a PDF is slow Python over bytes that somebody else wrote: in a thread it would hold up the streams
of all users, and could not be ended. The process gets no environment, little memory, and so much time.
"""

import json
import subprocess
import sys
from pathlib import Path

from chat.errors import BadRequest, ChatError, TooLarge, Unavailable
from chat.files.texts import MAX_CHARACTERS, bounded

SECONDS = 30.0
MAX_PAGES = 1000
_PROGRAM = Path(__file__).with_name("pdf_text.py")
_HEADER_WITHIN = 1024
"""Some files have a few empty lines first."""


def looks_like_pdf(data: bytes) -> bool:
    return data[:_HEADER_WITHIN].lstrip().startswith(b"%PDF-")


def text_of(data: bytes, seconds: float = SECONDS) -> str:
    """The text of all pages. Raises `BadRequest` and `TooLarge`, with what to do."""
    command = [
        sys.executable,
        "-I",
        str(_PROGRAM),
        str(MAX_PAGES),
        str(MAX_CHARACTERS),
        str(int(seconds) + 1),
    ]
    try:
        # The environment holds keys: it is not passed on.
        done = subprocess.run(command, input=data, capture_output=True, env={}, timeout=seconds, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise BadRequest(
            f"The PDF could not be read within {seconds:g} seconds. Split it, or paste its text.",
            code="pdf_slow",
        ) from None
    except OSError as error:
        raise Unavailable("The server is too busy to read a PDF now. Try again in a moment.") from error
    answer = _answer(done.stdout)
    if "text" not in answer:
        raise _refusal(str(answer.get("error", "")), answer)
    text = bounded(str(answer["text"]))
    if not text.strip():
        raise _refusal("no text", answer)
    return text


def _answer(out: bytes) -> dict[str, object]:
    try:
        answer = json.loads(out)
    except ValueError:  # it died: of the memory or the time that it may take, or of the file
        return {}
    return answer if isinstance(answer, dict) else {}


def _refusal(why: str, answer: dict[str, object]) -> ChatError:
    match why:
        case "encrypted":
            return BadRequest(
                "The PDF needs a password. Save it without one, and try again.", code="pdf_encrypted"
            )
        case "no text":
            return BadRequest(
                "The PDF has no text: its pages are pictures. Have its text recognised (OCR) first, or "
                "attach the pages as images.",
                code="pdf_without_text",
            )
        case "pages":
            return TooLarge(
                f"The PDF has {answer.get('pages')} pages; the limit is {MAX_PAGES}. Split it.",
                code="pdf_too_long",
            )
        case "characters":
            return TooLarge(
                f"The PDF has more than {MAX_CHARACTERS:,} characters of text, which is the limit. Split it.",
                code="text_too_long",
            )
        case _:
            return BadRequest("The PDF is broken. Open it, save it anew, and try again.", code="pdf_broken")
