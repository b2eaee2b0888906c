"""Blocks rendered one by one are the text rendered whole, whatever the Markdown and the pieces it came in."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chat.render import Blocks, BlockSpan, render

CONSTRUCTS = (
    "# Title\n",
    "Title\n---\n",
    "Text *and* `more`\nover two lines\n",
    "***\n",
    "```python\ndef f():\n\n    return '<b>'\n```\n",
    "~~~~\n```\n~~~\n~~~~\n",
    "   ```\n  never closed\n",
    "- a\n- b\n\n  - c\n\n      code\n",
    "1. a\n\n2. b\n   ```\n   code\n\n   ```\n",
    "10) a\n\n    text\n",
    "- [x] done\n- [ ] not\n",
    "- \n",
    "| a | b |\n|---|:-:|\n| c \\| d | e |\nrow\n",
    "> quote\nlazy\n>\n> - list\n> ```\n> code\n",
    "    code\n\n    code\n",
    "<div>\n*text*\n</div>\n",
    "<script>\n\nalert(1)\n</script>\n",
    "<!-- a\n\n- b -->\n",
    "$$\nx\n+ y\n$$\n",
    "\\[\n- x\n\\]\n",
    "$$\n```\n# x\n$$ | a\n---\n",
    "- a\n  $$\n  - x\n> y\n  $$\n- b\n",
    "so \\(x_1\\) and $$x$$ for $5\n",
    "> \\[\n> x\n> \\]\n",
    "\ttabs\t\n",
    "汉字 😀 e\u0301\r\n",
    "\n",
    "\n\n",
)
MARKS = (
    "- ",
    "1. ",
    "2) ",
    "> ",
    "    ",
    " ",
    "\t",
    "```",
    "~~~",
    "# ",
    "---",
    "===",
    "| a ",
    "|",
    "|--",
    "<b>",
    "<!--",
    "$$",
    "\\[",
    "\\]",
)

constructs = st.lists(st.sampled_from(CONSTRUCTS), max_size=8).map("".join)
lines = st.lists(st.sampled_from((*MARKS, "a", "\n", "\n", "\n\n")), max_size=30).map("".join)


def all_spans(pieces: list[str]) -> list[BlockSpan]:
    blocks = Blocks()
    return [span for piece in pieces for span in blocks.feed(piece)] + blocks.finish()


def cut(text: str, places: list[int]) -> list[str]:
    edges = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[begin:end] for begin, end in pairwise(edges)]


@given(constructs | lines)
def test_blocks_joined_are_the_whole(text: str) -> None:
    assert "".join(render(span.source) for span in all_spans([text])) == render(text)


@given(constructs | lines | st.text(), st.lists(st.integers(min_value=0, max_value=10_000), max_size=12))
def test_spans_cover_the_text_however_it_was_cut(text: str, places: list[int]) -> None:
    spans = all_spans(cut(text, places))
    assert spans == all_spans([text]) == all_spans(list(text))
    assert "".join(span.source for span in spans) == text
    offset = 0
    for index, span in enumerate(spans):
        assert (span.index, span.offset, span.length) == (index, offset, len(span.source))
        offset += span.length
