"""Images: verified by decoding them, and made anew, so that nothing is kept but what can be seen.

Metadata (where and by whom a photo was taken) and whatever else may hide in a file goes on the way.
"""

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from chat.errors import BadRequest, TooLarge

MAX_PIXELS = 64_000_000
"""The cameras of telephones make 50 million. Decoded, that is 200 MB, for one image at a time."""
LONG_SIDE = 2048
"""Pixels. Providers scale down what is larger, after it was paid for on the line."""
MAX_PNG_BYTES = 4_000_000
"""A larger one is a photo, and goes as JPEG where nothing shines through: providers refuse 5 MB."""
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif"})
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


@dataclass(frozen=True, slots=True)
class Made:
    data: bytes
    content_type: str
    suffix: str


def looks_like_image(data: bytes) -> bool:
    """By the first bytes. SVG is no image here but a text: it can hold scripts."""
    return data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")) or (
        data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    )


def remade(data: bytes) -> Made:
    """The image as PNG or JPEG, the two that every model reads; of one that moves the first picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of bombs, which we count ourselves, and of odd metadata
            return _remade(data)
    except Image.DecompressionBombError:
        raise _too_large() from None
    except TooLarge:
        raise
    except Exception as error:  # whatever a decoder stumbles over: Pillow raises a dozen kinds
        raise BadRequest(
            "The image is broken. Open it, save it anew, and try again.", code="image_broken"
        ) from error


def _remade(data: bytes) -> Made:
    image: Image.Image = Image.open(BytesIO(data), formats=_FORMATS)
    if image.width * image.height > MAX_PIXELS:
        raise _too_large()
    as_photo = image.format == "JPEG"
    image.thumbnail((LONG_SIDE, LONG_SIDE))  # decodes; a JPEG at a fraction of its size where it can
    image = ImageOps.exif_transpose(image)
    shines_through = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    if not as_photo:
        made = _saved(image.convert("RGBA" if shines_through else "RGB"), "PNG")
        if shines_through or len(made) <= MAX_PNG_BYTES:
            return Made(made, "image/png", ".png")
    return Made(_saved(image.convert("RGB"), "JPEG"), "image/jpeg", ".jpg")


def _saved(image: Image.Image, kind: str) -> bytes:
    image.info.clear()
    out = BytesIO()
    options = {"optimize": True} if kind == "PNG" else {"quality": 88, "progressive": True}
    image.save(out, kind, **options)
    return out.getvalue()


def _too_large() -> TooLarge:
    return TooLarge(
        f"The image has too many pixels; the limit is {MAX_PIXELS // 1_000_000} million. Scale it down.",
        code="image_too_large",
    )
