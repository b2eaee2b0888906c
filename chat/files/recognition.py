"""What a file is by its content, whatever its name says; and as what it is kept. Slow: never on the loop."""

import re
from dataclasses import dataclass
from pathlib import PurePath

from chat.errors import BadRequest, UnsupportedMediaType
from chat.files import images, pdfs, texts

ACCEPTED = "PNG, JPEG, WebP and GIF images, PDFs, and text files of every kind"
"""What is taken, for people."""
MAX_NAME = 200
_UNFIT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069<>\"]")
"""Control characters, those that turn a name around for the reader, and what would end a name in a prompt."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file as it is kept. `text` is what a model is given of a text or a PDF, empty for an image."""

    name: str
    kind: str
    """image, text or pdf."""
    content_type: str
    data: bytes
    text: str = ""


def recognise(name: str, data: bytes) -> Recognised:
    """Raises `UnsupportedMediaType`, `BadRequest` and `TooLarge`, with a sentence that says what to do."""
    if not data:
        raise BadRequest("The file is empty.", code="file_empty")
    name = clean(name)
    if images.looks_like_image(data):
        made = images.remade(data)
        return Recognised(_with_suffix(name, made.suffix), "image", made.content_type, made.data)
    if pdfs.looks_like_pdf(data):
        return Recognised(name, "pdf", "application/pdf", data, pdfs.text_of(data))
    text = texts.decoded(data)
    if text is None:
        raise UnsupportedMediaType(f"Files like this are not taken. Taken are {ACCEPTED}.", code="file_kind")
    return Recognised(name, "text", "text/plain", data, text)


def clean(name: str) -> str:
    """The last part of the name, fit to be shown, to be said to a model and to be downloaded under."""
    last = name.replace("\\", "/").rpartition("/")[2]
    last = " ".join(_UNFIT.sub(" ", last).split()).lstrip(".")
    if len(last) > MAX_NAME:
        suffix = PurePath(last).suffix[:20]
        last = last[: MAX_NAME - len(suffix)] + suffix
    return last or "file"


def _with_suffix(name: str, suffix: str) -> str:
    """An image that was made anew is called what it now is."""
    path = PurePath(name)
    known = {".jpg", ".jpeg"} if suffix == ".jpg" else {suffix}
    if path.suffix.lower() in known:
        return name
    return (path.stem if path.suffix.lower() in images.SUFFIXES else name) + suffix
