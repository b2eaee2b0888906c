"""Markdown to HTML that is safe to put into the page: the only place where a model's text becomes HTML.

Nothing leaves here but through the allow-list. No images: fetching one could carry data to its server.
"""

import re
import time
from functools import partial
from hashlib import blake2s
from html import escape, unescape
from typing import Final

import comrak
import nh3

from chat.render import code, formulas, tex

MAX_DEPTH: Final = 200
"""Elements within each other; browsers stop at 512, and the sanitiser is quadratic in it."""
MAX_GROWTH: Final = 10
"""HTML that is longer than its Markdown by more than this, and 100,000 characters, comes from an attack."""
HIGHLIGHT_SECONDS: Final = 1.0
"""For all the code of one text; the rest stays plain."""
TEX_SECONDS: Final = 1.0
"""For all the formulas of one text; the rest stays source."""

_EXTENSIONS: Final = comrak.ExtensionOptions()
_EXTENSIONS.table = _EXTENSIONS.strikethrough = _EXTENSIONS.autolink = True
_EXTENSIONS.tasklist = _EXTENSIONS.footnotes = True
_EXTENSIONS.math_latex = True
_OPTIONS: Final = comrak.RenderOptions()
_OPTIONS.escape = True  # HTML in the text is shown as text
_OPTIONS.tasklist_classes = True

_ELEMENTS: Final = (
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "blockquote", "ul", "ol", "li", "hr", "section", "div"),
    *("table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "pre", "button", "input"),
    *("a", "em", "strong", "del", "sup", "code", "span", "br"),
    *sorted(tex.ELEMENTS),
)
_FOOTNOTE: Final = "note-"
_CLEANER: Final = nh3.Cleaner(
    tags=set(_ELEMENTS),
    clean_content_tags=set(),
    attributes={
        "a": {"href", "target", "title", "id", "aria-label"},
        "blockquote": {"dir"},
        "button": {"type"},
        "figure": {"data-language"},
        "input": {"type", "checked", "disabled", "aria-label"},
        "li": {"id"},
        "ol": {"dir", "start"},
        "table": {"dir"},
        "td": {"align"},
        "th": {"align"},
        "ul": {"dir"},
        **tex.ATTRIBUTES,
    },
    allowed_classes={
        "button": {"copy"},
        "code": {"tex"},
        "div": {"markup", "table"},
        "figure": {"code"},
        "input": {"task-list-item-checkbox"},
        "li": {"task-list-item"},
        "section": {"footnotes"},
        "span": set(code.CLASSES),
        "ul": {"contains-task-list"},
    },
    link_rel="noopener noreferrer nofollow",
    url_schemes={"http", "https", "mailto"},
    url_relative=lambda url: url if url.startswith("#" + _FOOTNOTE) else None,
)

_PIECE: Final = re.compile(
    r'<pre><code(?: class="language-(?P<language>[^"]*)")?>(?P<code>[^<]*)</code></pre>\n?'
    r"|<(?P<tag>/?[a-z0-9]+)(?P<attributes>[^<>]*)>"
    r"|(?P<text>[^<]+)"
)
_IMAGE: Final = re.compile(r'src="([^"]*)" alt="([^"]*)"')
_VOID: Final = frozenset({"br", "hr", "img", "input"})
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class _TooDeep(Exception):
    pass


def render(markdown: str) -> str:
    """The HTML of a block or of a whole text. What is made to break renderers comes out as plain text."""
    markdown = _LONE_SURROGATE.sub("\ufffd", markdown)
    marked = formulas.mark(markdown)
    html = comrak.render_markdown(marked.text, extension_options=_EXTENSIONS, render_options=_OPTIONS)
    if len(html) > 100_000 + MAX_GROWTH * len(markdown):
        return _plain(markdown)
    deadline = time.monotonic() + TEX_SECONDS
    html = formulas.taken_back(html, marked, partial(tex.formula, deadline=deadline))
    try:
        html = _arranged(html)
    except _TooDeep:
        return _plain(markdown)
    return _CLEANER.clean(_with_own_footnotes(html, markdown))


def _plain(markdown: str) -> str:
    return f"<pre>{escape(markdown.replace(chr(0), chr(0xFFFD)))}</pre>\n"


def _arranged(html: str) -> str:
    """Our own elements in the place of comrak's plain ones. Its text is escaped, so every tag is its own."""
    deadline = time.monotonic() + HIGHLIGHT_SECONDS
    pieces: list[str] = []
    depth, in_link = 0, False
    for piece in _PIECE.finditer(html):
        tag, text = piece["tag"], piece["text"]
        if piece["code"] is not None:
            pieces.append(code.figure(unescape(piece["code"]), unescape(piece["language"] or ""), deadline))
        elif text is not None:
            pieces.append(text if depth else _markup(text))
        elif tag == "img":
            pieces.append(_image_link(piece["attributes"], in_link=in_link))
        else:
            if tag not in _VOID:
                depth += -1 if tag.startswith("/") else 1
            if depth > MAX_DEPTH:
                raise _TooDeep
            in_link = tag == "a" or (in_link and tag != "/a")
            pieces.append(_element(piece[0], tag, piece["attributes"]))
    return "".join(pieces)


def _element(element: str, tag: str, attributes: str) -> str:
    match tag:
        case "table":
            return '<div class="table"><table dir="auto">'
        case "ul" | "ol" | "blockquote":
            return f'<{tag} dir="auto"{attributes}>'
        case "/table":
            return "</table></div>"
        case "input":
            return f'<input aria-label="{"Done" if "checked=" in attributes else "Not done"}"{attributes}>'
        case "a" if not attributes.startswith(' href="#'):
            return f'<a target="_blank"{attributes}>'
        case _:
            return element


def _markup(text: str) -> str:
    """Text outside of every element is a block of HTML: shown line by line as it was written."""
    return "\n".join(f'<div class="markup">{line}</div>' if line.strip() else "" for line in text.split("\n"))


def _image_link(attributes: str, *, in_link: bool) -> str:
    found = _IMAGE.search(attributes)
    source, alternative = found.groups() if found else ("", "")
    label = alternative or "image"
    return label if in_link else f'<a target="_blank" href="{source}">{label}</a>'


def _with_own_footnotes(html: str, markdown: str) -> str:
    """Ids that no other text in the page has: every reply would have a `fn-1`."""
    if 'id="fn' not in html:
        return html
    own = f"{_FOOTNOTE}{blake2s(markdown.encode(), digest_size=6).hexdigest()}-"
    return html.replace('id="fn', f'id="{own}fn').replace('href="#fn', f'href="#{own}fn')
