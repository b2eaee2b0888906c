"""A file is what its content says; what is no image, PDF or text is refused, with what to do."""

from io import BytesIO

import pytest
from files.samples import image, pdf, photo
from PIL import Image

from chat.errors import BadRequest, ChatError, TooLarge, UnsupportedMediaType
from chat.files import images, pdfs, texts
from chat.files.recognition import clean, recognise


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize(
    ("kind", "content_type", "name"),
    [
        ("PNG", "image/png", "x.png"),
        ("JPEG", "image/jpeg", "x.jpg"),
        ("WEBP", "image/png", "x.png"),
        ("GIF", "image/png", "x.png"),
    ],
)
def test_images_are_kept_in_the_two_forms_that_every_model_reads(
    kind: str, content_type: str, name: str
) -> None:
    suffix = {"JPEG": "jpg"}.get(kind, kind.lower())
    found = recognise(f"x.{suffix}", image(kind))
    assert (found.kind, found.content_type, found.name) == ("image", content_type, name)
    assert Image.MIME[opened(found.data).format or ""] == content_type
    assert opened(found.data).size == (40, 30)


def test_a_photo_loses_where_it_was_taken_and_stands_upright() -> None:
    given = photo("Alice was here")
    assert b"Alice was here" in given
    found = recognise("photo.jpg", given)
    assert b"Alice was here" not in found.data
    assert dict(opened(found.data).getexif()) == {}
    assert opened(found.data).size == (20, 60)


def test_what_is_hidden_behind_an_image_is_not_kept() -> None:
    assert b"PK\x03\x04" not in recognise("x.png", image() + b"PK\x03\x04" * 10).data


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_large_image_is_scaled_down(kind: str) -> None:
    assert opened(recognise("x", image(kind, (4100, 1000))).data).size == (2048, 500)


def test_an_image_keeps_what_shines_through() -> None:
    found = recognise("x.png", image("PNG", mode="RGBA"))
    assert opened(found.data).mode == "RGBA"


def test_a_photo_saved_as_png_goes_as_jpeg_where_it_would_be_too_large() -> None:
    out = BytesIO()
    Image.effect_noise((2000, 2000), 100).convert("RGB").save(out, "PNG", compress_level=1)
    found = recognise("noise.png", out.getvalue())
    assert (found.content_type, found.name) == ("image/jpeg", "noise.jpg")
    assert len(found.data) < images.MAX_PNG_BYTES


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    # 400 million pixels of one colour are a PNG of 50 KB.
    with pytest.raises(TooLarge) as refused:
        recognise("bomb.png", image("PNG", (20_000, 20_000), mode="1"))
    assert refused.value.code == "image_too_large"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_half_an_image_is_broken(kind: str) -> None:
    whole = image(kind, (300, 300))
    with pytest.raises(BadRequest) as refused:
        recognise("x", whole[:40])
    assert refused.value.code == "image_broken"


def test_an_svg_is_a_text() -> None:
    found = recognise("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>")
    assert (found.kind, found.content_type) == ("text", "text/plain")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("café 汉字 😀".encode(), "café 汉字 😀"),
        ("\ufeffwith a mark".encode(), "with a mark"),
        (b"one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("café 汉字".encode("utf-16"), "café 汉字"),
        ("你好，世界。这是一个文件。".encode("gb18030"), "你好，世界。这是一个文件。"),
        (b"\x1b[31mred\x1b[0m\tlog", "\x1b[31mred\x1b[0m\tlog"),
        (b"%PDF- is how they begin"[1:], "PDF- is how they begin"),
    ],
)
def test_texts_are_read_in_the_encodings_that_people_have(data: bytes, text: str) -> None:
    found = recognise("x.bin", data)
    assert (found.kind, found.text, found.data) == ("text", text, data)


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04\x14\x00\x00\x00",
        b"\x7fELF\x02\x01\x01\x00",
        b"text with a \x00 in it",
        "garçon déjà".encode("latin-1"),
        b"\xff\xfe\x00\xd8",
        b" \n\t ",
        bytes(range(256)),
    ],
)
def test_what_is_no_text_is_refused_by_its_kind(data: bytes) -> None:
    with pytest.raises(UnsupportedMediaType) as refused:
        recognise("x.txt", data)
    assert refused.value.code == "file_kind"


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(BadRequest) as refused:
        recognise("x.txt", b"")
    assert refused.value.code == "file_empty"


def test_a_text_has_a_limit_that_is_told() -> None:
    with pytest.raises(TooLarge, match="1,000,000"):
        recognise("x.txt", b"x" * (texts.MAX_CHARACTERS + 1))
    assert len(recognise("x.txt", b"x" * texts.MAX_CHARACTERS).text) == texts.MAX_CHARACTERS


def test_the_text_of_a_pdf_is_taken_out_page_by_page() -> None:
    assert recognise("one.pdf", pdf("Hello, world")).text == "Hello, world"
    found = recognise("x.txt", pdf("First", "Second"))
    assert (found.kind, found.content_type) == ("pdf", "application/pdf")
    assert found.text == "[Page 1]\nFirst\n\n[Page 2]\nSecond"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (pdf("secret", password="x"), "pdf_encrypted"),
        (pdf(""), "pdf_without_text"),
        (b"%PDF-1.7\nnothing that follows is a PDF", "pdf_broken"),
        (pdf("whole")[:300], "pdf_broken"),
    ],
)
def test_a_pdf_that_says_nothing_is_refused_with_what_to_do(data: bytes, code: str) -> None:
    with pytest.raises(ChatError) as refused:
        recognise("x.pdf", data)
    assert refused.value.code == code


def test_a_pdf_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(BadRequest) as refused:
        pdfs.text_of(pdf("Hello"), seconds=0.001)
    assert refused.value.code == "pdf_slow"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("notes.txt", "notes.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\alice\\notes.txt", "notes.txt"),
        ("a\nb\x00c.txt", "a b c.txt"),
        ('"><script>.txt', "script .txt"),
        ("invoice\u202efdp.exe", "invoice fdp.exe"),
        ("..", "file"),
        ("", "file"),
        ("文件.txt", "文件.txt"),
    ],
)
def test_a_name_is_fit_to_be_shown(name: str, shown: str) -> None:
    assert clean(name) == shown


def test_a_long_name_keeps_its_ending() -> None:
    assert clean("x" * 500 + ".tar") == "x" * 196 + ".tar"
