"""Blocks close at the right lines, whatever the text is cut into, and are the text when joined."""

import pytest

from chat.render import Blocks, BlockSpan, needs_whole


def sources(text: str) -> list[str]:
    blocks = Blocks()
    return [span.source for span in blocks.feed(text) + blocks.finish()]


@pytest.mark.parametrize(
    "blocks",
    [
        ["# Title\n", "Text\ngoes on\n\n", "More\n"],
        ["Title\n===\n", "Text\n"],
        ["Text\n\n", "---\n", "Text"],
        ["```py\n# no heading\n\n- no list\n```\n", "Text"],
        ["````\n```\n````\n", "Text"],
        ["~~~\n```\n~~~\n", "Text"],
        ["   ```\ncode\n  ```\n", "Text"],
        ["Text\n", "```\ncode\n```\n", "Text"],
        ["- a\n\n- b\n\n\n- c\n\n", "Text"],
        ["- a\n  - b\n\n    text of b\n\n  text of a\n", "# Title\n"],
        ["1. a\n\n   ```\n   code\n\n   code\n   ```\n\n2. b\n\n", "Text"],
        ["1. a\n", "```\ncode\n```\n", "2. b\n"],
        ["- a\n", "+ b\n", "1. c\n", "1) d\n"],
        ["- a\nlazy\n\n", "Text"],
        ["- ```\n  code\n", "Text, as a fence takes no lazy line\n"],
        ["| a | b |\n|---|---|\n| c | d |\nrow\n\n", "Text"],
        ["| a |\n|---|\n| b |\n", "2. no paragraph, so any list may follow\n"],
        ["> quote\nlazy\n> quote\n\n", "> another\n"],
        ["    code\n\n    code\n\n", "Text"],
        ["<div>\n*text*\n\n", "Text"],
        ["<!-- text\n\ntext -->\n", "Text"],
        ["$$\na\n+ b\n- c\n$$\nText\n\n", "Text"],
        ["\\[\n- a\n= b\n\\]\n\n", "Text"],
        ["$$ never closed\n\n", "Text\n\n", "Text"],
        ["[^1]: note\n\n    more of it\n\n", "Text"],
        ["[a]: https://example.org/\n\n", "Text"],
        ["Text\r\n\r\n", "Text\r\n"],
        ["Form\x0cfeeds and\u2028separators end no line\n\n", "Text"],
    ],
)
def test_a_text_falls_into_its_blocks(blocks: list[str]) -> None:
    assert sources("".join(blocks)) == blocks


def test_a_block_is_told_with_the_line_that_closes_it() -> None:
    blocks = Blocks()
    assert blocks.feed("Text\n") == []
    assert blocks.feed("\n") == [BlockSpan(0, 0, 6, "Text\n\n")]
    assert blocks.feed("```\nöäü 😀\n``") == []
    assert blocks.feed("`") == []
    assert blocks.feed("\n") == [BlockSpan(1, 6, 14, "```\nöäü 😀\n```\n")]
    assert blocks.finish() == []


def test_half_a_line_is_never_judged() -> None:
    blocks = Blocks()
    assert blocks.feed("| a | b |\n|---|---|\n| c ") == []
    assert blocks.feed("| d |\n") == []
    assert [span.source for span in blocks.feed("\n")] == ["| a | b |\n|---|---|\n| c | d |\n\n"]


def test_the_last_block_closes_with_the_text() -> None:
    blocks = Blocks()
    blocks.feed("Text\n# Tit")
    assert [span.source for span in blocks.finish()] == ["Text\n", "# Tit"]
    assert blocks.finish() == []


def test_an_empty_text_has_no_blocks() -> None:
    assert sources("") == []


@pytest.mark.parametrize(
    "text", ["Text[^1]\n\n[^1]: note", "[a]\n\n[a]: /b", "> [a]:\n> /b", "- [long\nlabel]: /b", "a\r[b]: /c"]
)
def test_definitions_need_the_whole_text(text: str) -> None:
    assert needs_whole(text)


@pytest.mark.parametrize(
    "text", ["", "Text", "[a](/b): c", "a[0]: int = 1", "[^1] without a note", "- [ ] task: one"]
)
def test_other_texts_do_not(text: str) -> None:
    assert not needs_whole(text)


@pytest.mark.parametrize(
    "text", ["[\n" * 100_000, "[^" * 100_000, "[a\\" * 100_000], ids=["lines", "notes", "escapes"]
)
def test_a_huge_text_is_searched_for_definitions(text: str) -> None:
    assert not needs_whole(text)


@pytest.mark.parametrize(
    "text",
    [
        "```\n" + "code\n" * 20_000,
        "word " * 20_000,
        "word\n" * 20_000,
        "> " * 10_000 + "\n" + "\n" * 10_000,
        "- " * 10_000 + "a\n" + "\n" * 10_000,
        "[" * 100_000,
        "|" * 50_000 + "\n" + "|-" * 50_000 + "\n",
        "<a " + "b " * 50_000 + "\n",
    ],
    ids=["fence", "line", "paragraph", "quotes", "lists", "brackets", "table", "html"],
)
def test_a_huge_block_is_followed_to_its_end(text: str) -> None:
    blocks = Blocks()
    spans = [
        span for at in range(0, len(text), 4) for span in blocks.feed(text[at : at + 4])
    ] + blocks.finish()
    assert "".join(span.source for span in spans) == text
