"""Markdown to HTML that is safe to put into the page: the only place where a model's text becomes HTML.

Nothing leaves here but through the allow-list. Images only from allowed hosts: fetching one could carry data
to its server. No words of ours: a text is rendered once for readers of all languages.
"""

import re
import time
from collections.abc import Collection
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


def _extensions(*, math: bool) -> comrak.ExtensionOptions:
    options = comrak.ExtensionOptions()
    options.table = options.strikethrough = options.autolink = True
    options.tasklist = options.footnotes = True
    options.math_latex = math
    return options


LONG: Final = 20_000
"""Characters from which a text comes in sections, which a browser skips while they are out of sight."""
SECTION: Final = 20
"""Elements in one of them; as many as the page puts into one while a reply is written."""

_EXTENSIONS: Final = _extensions(math=True)
_WITHOUT_MATH: Final = _extensions(math=False)
_OPTIONS: Final = comrak.RenderOptions()
_OPTIONS.escape = True  # HTML in the text is shown as text
_OPTIONS.tasklist_classes = True

_ELEMENTS: Final = (
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "blockquote", "ul", "ol", "li", "hr", "section", "div"),
    *("table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "pre", "input"),
    *("a", "em", "strong", "del", "sup", "code", "span", "br", "img"),
    *sorted(tex.ELEMENTS),
)
_FOOTNOTE: Final = "note-"
_CLEANER: Final = nh3.Cleaner(
    tags=set(_ELEMENTS),
    clean_content_tags=set(),
    attributes={
        "a": {"href", "target", "title", "id"},
        "blockquote": {"dir"},
        "div": {"tabindex"},
        "figure": {"data-language"},
        "img": {"src", "alt", "loading", "decoding", "referrerpolicy"},
        "input": {"type", "checked", "disabled", "aria-hidden"},
        "li": {"id"},
        "ol": {"dir", "start"},
        "pre": {"tabindex"},
        "table": {"dir"},
        "td": {"align"},
        "th": {"align"},
        "ul": {"dir"},
        **tex.ATTRIBUTES,
    },
    allowed_classes={
        "code": {"tex"},
        "div": {"markup", "section", "table"},
        "figure": {"code"},
        "input": {"task-list-item-checkbox"},
        "li": {"task-list-item"},
        "section": {"footnotes"},
        "span": {"sr-only", *code.CLASSES},
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
_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?=/)")
"""Strict: nothing that a browser could read as another host than we do."""
_ENGLISH: Final = re.compile(r' aria-label="[^"]*"')
"""What comrak calls the way back from a footnote; its arrow and number say it too."""
_NEXT_SECTION: Final = '</div><div class="section">'
_HAS_MARGIN: Final = re.compile(r"<h[1-6r]")
"""Elements with a margin above them, which would not collapse with the one of the section before."""
_VOID: Final = frozenset({"br", "hr", "img", "input"})
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class _TooDeep(Exception):
    pass


def render(markdown: str, *, images: Collection[str] = ()) -> str:
    """The HTML of a block or of a whole text. What is made to break renderers comes out as plain text.

    `images`: origins whose pictures are shown; others are links.
    """
    markdown = _LONE_SURROGATE.sub("\ufffd", markdown)
    marked = formulas.mark(markdown)
    extensions = _WITHOUT_MATH if formulas.are_endless(marked.text) else _EXTENSIONS
    html = comrak.render_markdown(marked.text, extension_options=extensions, render_options=_OPTIONS)
    if len(html) > 100_000 + MAX_GROWTH * len(markdown):
        return _plain(markdown)
    deadline = time.monotonic() + TEX_SECONDS
    html = formulas.taken_back(html, marked, partial(tex.formula, deadline=deadline))
    try:
        html = _arranged(html, images, in_sections=len(markdown) >= LONG)
    except _TooDeep:
        return _plain(markdown)
    return _CLEANER.clean(_with_own_footnotes(html, markdown))


def _plain(markdown: str) -> str:
    return f'<pre tabindex="0">{escape(markdown.replace(chr(0), chr(0xFFFD)))}</pre>\n'


def _arranged(html: str, images: Collection[str], *, in_sections: bool) -> str:
    """Our own elements in the place of comrak's plain ones. Its text is escaped, so every tag is its own."""
    deadline = time.monotonic() + HIGHLIGHT_SECONDS
    pieces: list[str] = []
    depth, in_link, in_section = 0, False, 0
    for piece in _PIECE.finditer(html):
        tag, text = piece["tag"], piece["text"]
        if depth == 0 and in_sections and not (text and text.isspace()):
            if in_section >= SECTION and not _HAS_MARGIN.match(piece[0]):
                pieces.append(_NEXT_SECTION)
                in_section = 0
            in_section += 1
        if piece["code"] is not None:
            pieces.append(code.figure(unescape(piece["code"]), unescape(piece["language"] or ""), deadline))
        elif text is not None:
            pieces.append(text if depth else _markup(text))
        elif tag == "img":
            pieces.append(_image(piece["attributes"], images, in_link=in_link))
        else:
            if tag not in _VOID:
                depth += -1 if tag.startswith("/") else 1
            if depth > MAX_DEPTH:
                raise _TooDeep
            in_link = tag == "a" or (in_link and tag != "/a")
            pieces.append(_element(piece[0], tag, piece["attributes"]))
    arranged = "".join(pieces)
    return f'<div class="section">{arranged}</div>' if _NEXT_SECTION in pieces else arranged


def _element(element: str, tag: str, attributes: str) -> str:
    match tag:
        case "table":
            return '<div class="table" tabindex="0"><table dir="auto">'
        case "ul" | "ol" | "blockquote":
            return f'<{tag} dir="auto"{attributes}>'
        case "/table":
            return "</table></div>"
        case "input":
            sign = "☑" if "checked=" in attributes else "☐"  # which screen readers know in every language
            return f'<input aria-hidden="true"{attributes}><span class="sr-only">{sign}</span>'
        case "a" if not attributes.startswith(' href="#'):
            return f'<a target="_blank"{attributes}>'
        case "a":
            return f"<a{_ENGLISH.sub('', attributes)}>"
        case _:
            return element


def _markup(text: str) -> str:
    """Text outside of every element is a block of HTML: shown line by line as it was written."""
    return "\n".join(f'<div class="markup">{line}</div>' if line.strip() else "" for line in text.split("\n"))


def _image(attributes: str, allowed: Collection[str], *, in_link: bool) -> str:
    """The picture, with the way to its full size; a link, where its host is not allowed."""
    found = _IMAGE.search(attributes)
    source, alternative = found.groups() if found else ("", "")
    label = alternative or source.rstrip("/").rpartition("/")[2] or "…"
    shown = label
    origin = _ORIGIN.match(source)
    if origin and origin[0].lower() in allowed:
        shown = (
            f'<img src="{source}" alt="{label}" loading="lazy" decoding="async" referrerpolicy="no-referrer">'
        )
    return shown if in_link else f'<a target="_blank" href="{source}">{shown}</a>'


def _with_own_footnotes(html: str, markdown: str) -> str:
    """Ids that no other text in the page has: every reply would have a `fn-1`."""
    if 'id="fn' not in html:
        return html
    own = f"{_FOOTNOTE}{blake2s(markdown.encode(), digest_size=6).hexdigest()}-"
    return html.replace('id="fn', f'id="{own}fn').replace('href="#fn', f'href="#{own}fn')
