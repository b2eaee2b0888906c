"""A title of any kind gives a name that any file system takes."""

import pytest

from chat.portable import file_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Walks", "Walks.md"),
        ("徒步 计划", "徒步 计划.md"),
        ("../../etc/passwd", "etc passwd.md"),
        ('a<b>:"c"|d?*\\', "a b c d.md"),
        ("  two\n lines ", "two lines.md"),
        ("invoice\u202efdp.exe", "invoicefdp.exe.md"),
        ("", "conversation.md"),
        (" ... ", "conversation.md"),
        ("CON", "conversation.md"),
        ("nul.txt", "conversation.md"),
        ("é" * 300, "é" * 80 + ".md"),
    ],
)
def test_the_name_is_safe(title: str, name: str) -> None:
    assert file_name({"title": title}, "md") == name
