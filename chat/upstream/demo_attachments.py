"""What the demo model sees of the files of a question: it tells them from the words, and names them. Pure."""

import re
from typing import Any

_GIVEN = re.compile(r'<attachment name="(?P<name>[^"]*)">\n(?P<text>.*?)\n</attachment>\s*', re.DOTALL)
_FIRST = 60
"""Characters of a text that are repeated, to show that it arrived."""


def without_files(text: str) -> str:
    """The words of a question alone."""
    return _GIVEN.sub("", text)


def remarks_on(message: dict[str, Any]) -> str:
    """A line for each file of a question, as Markdown; nothing where there are none."""
    content = message.get("content") or ""
    parts: list[dict[str, Any]] = [{"type": "text", "text": content}] if isinstance(content, str) else content
    lines: list[str] = []
    for part in parts:
        if part.get("type") == "image_url":
            kilobytes = len(part["image_url"]["url"]) * 3 // 4 // 1000
            lines.append(f"- an image of {max(kilobytes, 1)} KB, which a demo model cannot really see")
        elif part.get("type") == "text":
            lines += map(_remark, _GIVEN.finditer(part.get("text", "")))
    return "You gave me:\n\n" + "\n".join(lines) + "\n\n" if lines else ""


def _remark(given: re.Match[str]) -> str:
    words = " ".join(given["text"][: _FIRST * 4].split())
    first = words if len(words) <= _FIRST else words[:_FIRST] + "…"
    first = first.replace("`", "'")
    return f"- **{given['name']}**, {len(given['text']):,} characters, which begin `{first}`"
