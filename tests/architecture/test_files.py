"""A file holds one concept: its first line says which one, and it is never longer than 500 lines."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
LONGEST = 500
COPIED = {"chat/static/chat/client/chat_client.js"}
"""One file each, since people take them along as they stand."""
FOLDERS = ("chat", "chatsite", "tests", "templates")
ENDINGS = {".py", ".js", ".css", ".html"}

FILES = {
    str(path.relative_to(CHECKOUT)): path.read_text()
    for folder in FOLDERS
    for path in sorted((CHECKOUT / folder).rglob("*"))
    if path.suffix in ENDINGS and "migrations" not in path.parts
}


def test_no_file_is_longer_than_it_can_be_read() -> None:
    assert {name for name, text in FILES.items() if text.count("\n") > LONGEST} == COPIED


def test_every_module_opens_with_what_it_owns() -> None:
    modules = {name: text for name, text in FILES.items() if name.endswith(".py") and text}
    assert [name for name, text in modules.items() if not text.startswith(('"""', "#!"))] == []


def test_no_merge_is_left_half_done() -> None:
    assert [name for name, text in FILES.items() if "\n<<<<<<< " in f"\n{text}"] == []
