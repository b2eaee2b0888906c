"""The sentences that the sources want translated, found without gettext's tools: every machine can look."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

CHECKOUT = Path(__file__).resolve().parents[2]
_PLACEHOLDERS = re.compile(r"%\(\w+\)\.?\d*[a-z]|%%|%[sd]|\{\w*\}")

_WITH_CONTEXT = {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}
_WITH_PLURAL = {"ngettext", "ngettext_lazy", "npgettext", "npgettext_lazy"}
_CALLS = {"_", "gettext", "gettext_lazy"} | _WITH_CONTEXT | _WITH_PLURAL


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    plural: str = ""
    context: str = ""

    @property
    def key(self) -> str:
        """As gettext's catalogues know it."""
        return f"{self.context}\x04{self.text}" if self.context else self.text


def sentences() -> dict[Sentence, str]:
    """Each sentence, and a file that it stands in."""
    found: dict[Sentence, str] = {}
    for folder in ("chat", "chatsite"):
        for path in sorted((CHECKOUT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                for sentence in in_python(path.read_text()):
                    found.setdefault(sentence, str(path.relative_to(CHECKOUT)))
    for path in sorted((CHECKOUT / "templates").rglob("*.*")):
        for sentence in in_template(path.read_text()):
            found.setdefault(sentence, str(path.relative_to(CHECKOUT)))
    return found


def in_python(source: str) -> Iterator[Sentence]:
    """What every call that translates is given as it stands. A name that is translated is none."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in _CALLS:
                yield from _of_call(name, [_text(value) for value in node.args])


_TEXT = (
    r"""u?(?:\"\"\"(?:\\.|(?!\"\"\").)*\"\"\"|'''(?:\\.|(?!''').)*'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
)
_CALL = re.compile(rf"\b(?P<name>n?p?gettext|_)\((?P<texts>\s*{_TEXT}(?:\s*,\s*{_TEXT})*)", re.DOTALL)


def in_template(source: str) -> Iterator[Sentence]:
    """What Django makes of a template is for xgettext: calls between noise, so it cannot be parsed."""
    for call in _CALL.finditer(templatize(source)):
        yield from _of_call(
            call["name"], [ast.literal_eval(text) for text in re.findall(_TEXT, call["texts"], re.DOTALL)]
        )


def _of_call(name: str, texts: list[str | None]) -> Iterator[Sentence]:
    context = texts.pop(0) if name in _WITH_CONTEXT and texts else ""
    if texts and texts[0] is not None and context is not None:
        plural = texts[1] if name in _WITH_PLURAL and len(texts) > 1 else ""
        yield Sentence(texts[0], plural or "", context)


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def placeholders(text: str) -> list[str]:
    """What a translation must keep: the places where values go."""
    return sorted(_PLACEHOLDERS.findall(text))
