"""Real files, made by the libraries that make them in life."""

from io import BytesIO
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject


def image(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size, "teal" if mode == "RGB" else None).save(out, kind, **options)
    return out.getvalue()


def photo(text: str = "Alice was here") -> bytes:
    """A JPEG that says where it was taken, and lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned
    exif[0x010E] = text
    exif[0x8825] = {2: (52.0, 30.0, 0.0)}  # GPS
    return image("JPEG", (60, 20), exif=exif, comment=text.encode())


def pdf(*pages: str, password: str = "") -> bytes:
    """A PDF with these lines of text, a page each."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for text in pages:
        page = writer.add_blank_page(200, 200)
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 10 100 Td ({text}) Tj ET".encode())
        fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        page[NameObject("/Contents")] = writer._add_object(stream)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
