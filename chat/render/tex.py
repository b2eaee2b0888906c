"""One formula of TeX as MathML. What cannot be rendered whole is not rendered: the caller shows its source.

latex2mathml writes its text unescaped, so only its tree is used, and of that only what is known here.
"""

import re
import time
from functools import lru_cache
from html import escape, unescape
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from latex2mathml.converter import Converter

LONGEST: Final = 5_000
"""Characters above which a formula stays source: converting costs up to 8 ms per 1,000."""
MAX_DEPTH: Final = 60
"""Elements within each other in one formula; the page's own limit stands in `markdown`."""

ATTRIBUTES: Final = {
    "math": {"display", "tabindex"},
    "annotation": {"encoding"},
    "menclose": {"notation"},
    "mfrac": {"linethickness"},
    "mi": {"mathvariant"},
    "mn": {"mathvariant"},
    "mo": {"accent", "fence", "form", "maxsize", "minsize", "movablelimits", "stretchy"},
    "mover": {"accent"},
    "mpadded": {"width"},
    "mspace": {"width"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mtable": {"columnlines", "displaystyle", "rowlines"},
    "mtd": {"columnalign"},
    "mtext": {"mathvariant"},
    "munder": {"accentunder"},
}
"""What an element may carry. No colours: they would not be read in both light and dark."""
ELEMENTS: Final = frozenset(ATTRIBUTES) | {
    *("mroot", "mrow", "msqrt", "msub", "msubsup", "msup", "mtr", "munderover", "mphantom", "semantics"),
}

_VALUE: Final = re.compile(r"[a-z ]{1,40}|\+?[0-9]?(?:\.[0-9]{1,4})?(?:em|ex|pt|px|mu)?")
"""Words, and lengths below ten of a unit that are not negative: a formula stays in its place on the page."""
_DEFINES: Final = re.compile(r"\\(?:(?:re)?new|provide)[a-z]|\\[egx]?def(?![a-z])|\\let(?![a-z])|\\Declare")
"""Macros of its own, which may double at every step, are nothing that a formula in a chat needs."""
_SILENT: Final = re.compile(
    r"\\(?:label\s*\{[^{}]*\}|(?:nonumber|notag|displaylimits|vspace\{[^{}]*\})(?![a-zA-Z]))"
)
_ENVIRONMENT: Final = re.compile(r"\\(begin|end)\s*\{([a-zA-Z]+)(\*?)\}(\s*\{[0-9]\})?")
_COLUMNS: Final = frozenset({"align", "aligned", "alignedat", "alignat", "eqnarray", "flalign"})
_KNOWN_AS: Final = {"gather": "matrix", "gathered": "matrix", "multline": "matrix", "dcases": "cases"}
"""Environments that the converter does not know, and what looks like them."""
_ARGUMENT: Final = re.compile(r"\\arg(?![a-zA-Z])")
_TAKES_LIMITS: Final = frozenset({"lim", "max", "min", "sup", "inf"})
_WITH_LIMITS: Final = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_LETTER: Final = re.compile(r"&#x000[46567][0-9A-F];")


class _NotRendered(Exception):
    pass


def formula(source: str, display: bool, *, deadline: float) -> str:
    """The formula as MathML with its source beside it; the source as code where it cannot be rendered."""
    late = time.monotonic() > deadline
    return (
        None if late else _mathml(source.strip(), display)
    ) or f'<code class="tex">{escape(source)}</code>'


@lru_cache(maxsize=512)  # a conversation is rendered anew with each look at it
def _mathml(source: str, display: bool) -> str | None:
    if len(source) > LONGEST or _DEFINES.search(source):
        return None
    try:
        found = Converter(display="block" if display else "inline").convert_to_element(
            _in_its_dialect(source)
        )
        content = _checked(found, MAX_DEPTH)
    except Exception:  # noqa: BLE001  # it raises whatever it stumbles over, RecursionError too
        return None
    math = Element("math", content.attrib)
    if display:
        math.set("tabindex", "0")  # where it is wider than the page it is scrolled in its own box
    semantics = SubElement(math, "semantics")
    semantics.extend(content)
    SubElement(semantics, "annotation", encoding="application/x-tex").text = source
    return tostring(math, encoding="unicode", short_empty_elements=False)


def _in_its_dialect(source: str) -> str:
    """The same formula in the words that the converter knows."""
    source = _ARGUMENT.sub(r"\\operatorname{arg}", _SILENT.sub("", source))
    return _ENVIRONMENT.sub(_environment, source)


def _environment(found: re.Match[str]) -> str:
    word, name, star, columns = found.groups()
    if name in _COLUMNS:
        return rf"\{word}{{align*}}"  # no numbers: nothing refers to them
    return rf"\{word}{{{_KNOWN_AS.get(name, name + star)}}}{columns or ''}"


def _checked(element: Element, depth: int) -> Element:
    """A copy of what is known in this tree. Raises where anything that it says would be lost."""
    if depth == 0 or element.tag not in ELEMENTS:
        raise _NotRendered
    written = element.text or ""
    if written.startswith("\\") or written == "&" or "$" in written:
        raise _NotRendered  # a command, a column or a change of mode that the converter did not understand
    known = ATTRIBUTES.get(element.tag, set())
    attributes = {
        name: value for name, value in element.attrib.items() if name in known and _VALUE.fullmatch(value)
    }
    copy = Element(element.tag, attributes)
    copy.text = unescape(written)
    if copy.tag == "mi" and _LETTER.fullmatch(written):
        copy.set("mathvariant", "normal")  # an upright letter, which it writes as a number
    copy.extend(_checked(child, depth - 1) for child in element)
    if copy.tag in _WITH_LIMITS and copy[0].tag == "mo" and _takes_limits(copy[0]):
        copy.tag = _WITH_LIMITS[copy.tag]
        copy[0].set("movablelimits", "true")
    return copy


def _takes_limits(operator: Element) -> bool:
    return (operator.text or "") in _TAKES_LIMITS or operator.get("movablelimits") == "true"
