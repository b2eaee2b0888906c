"""docs/settings.md has a heading for each setting that is read, and for no other."""

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def names_read() -> set[str]:
    readers = [CHECKOUT / "chatsite" / name for name in ("settings.py", "environment.py")]
    text = "\n".join(path.read_text() for path in readers)
    found = re.findall(r'(?:env\.\w+|networks|environ\.get)\(\s*"([A-Z][A-Z_]+)"', text)
    return set(found)


def names_documented() -> set[str]:
    return set(
        re.findall(r"^### `([A-Z_]+)`$", (CHECKOUT / "docs" / "settings.md").read_text(), re.MULTILINE)
    )


def test_every_setting_has_its_heading() -> None:
    assert names_read() == names_documented()


def test_nothing_else_reads_the_environment() -> None:
    readers = [
        str(path.relative_to(CHECKOUT))
        for folder in ("chat", "chatsite")
        for path in (CHECKOUT / folder).rglob("*.py")
        if re.search(r"os\.(environ\b|getenv)", path.read_text())
    ]
    assert sorted(readers) == ["chatsite/asgi.py", "chatsite/environment.py"]
