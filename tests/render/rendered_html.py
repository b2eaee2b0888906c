"""Reads rendered HTML as a browser would, and says what in it could do harm."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

ELEMENTS = frozenset(
    (
        *("a", "blockquote", "br", "code", "del", "div", "em", "figcaption", "figure"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "input", "li", "ol", "p", "pre", "section"),
        *("span", "strong", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul"),
        *("math", "semantics", "annotation", "menclose", "mfrac", "mi", "mn", "mo", "mover", "mpadded"),
        *("mphantom", "mroot", "mrow", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable"),
        *("mtd", "mtext", "mtr", "munder", "munderover"),
    )
)
ATTRIBUTES = frozenset(
    (
        *("align", "aria-hidden", "checked", "class", "data-language", "dir", "disabled", "href", "id"),
        *("rel", "start", "tabindex", "target", "title", "type"),
        *("accent", "accentunder", "columnalign", "columnlines", "display", "displaystyle", "encoding"),
        *("fence", "form", "linethickness", "mathvariant", "maxsize", "minsize", "movablelimits"),
        *("notation", "rowlines", "scriptlevel", "stretchy", "width"),
    )
)


class Harm(HTMLParser):
    """Collects what an allow-list of its own does not know. Not the renderer's list, on purpose."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ELEMENTS:
            self.found.append(f"<{tag}>")
        values = dict(attrs)
        self.found += [f"{tag} {name}" for name in values if name not in ATTRIBUTES]
        href = values.get("href")
        if href is not None and not href.startswith("#note-"):
            if urlsplit(href).scheme not in {"http", "https", "mailto"}:
                self.found.append(href)
            if values.get("target") != "_blank":
                self.found.append(f"{href} in this window")
        if tag == "a" and values.get("rel") != "noopener noreferrer nofollow":
            self.found.append("a without rel")
        if tag == "img":
            self.found.append(f"a picture from {values.get('src')}")
        if "id" in values and not str(values["id"]).startswith("note-"):
            self.found.append(f"id {values['id']}")

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"<!{decl}")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"<?{data}")
