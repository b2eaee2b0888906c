"""The pure modules of the page's client, tried alone: the stream's parser, and the text in code points."""

from typing import Any

import pytest
from browser.chat_page import ChatPage

PARSE = """async ([text, size]) => {
  const { EventStreamParser } = await import("/static/chat/client/chat_client.js");
  const blocks = [];
  const parser = new EventStreamParser((block) => blocks.push([block.data, block.id ?? null]));
  for (let at = 0; at < text.length; at += size) parser.feed(text.slice(at, at + size));
  return blocks;
}"""
WRITE = """async (pieces) => {
  const { Transcript } = await import("/static/chat/client/chat_client.js");
  const transcript = new Transcript();
  const taken = pieces.map(([offset, piece]) => transcript.put(offset, piece));
  return [transcript.text, transcript.length, taken, transcript.from(3)];
}"""
STREAM = (
    'retry: 2000\ndata: {"a": "汉😀"}\nid: 1\n\n: keep-alive\n'
    "data: two\r\ndata:lines\r\n\r\ndata: last\rid\r\rdata: cut"
)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_a_stream_reads_the_same_however_it_arrives(chat: ChatPage, size: int) -> None:
    blocks = chat.page.evaluate(PARSE, [STREAM, size])
    assert blocks == [['{"a": "汉😀"}', "1"], ["two\nlines", None], ["last", ""]]


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([[0, "a😀b"], [3, "c"]], "a😀bc"),
        ([[0, "a😀b"], [2, "c"]], "a😀c"),
        ([[0, "a😀b"], [1, "c"]], "ac"),
        ([[0, "👩‍👩‍👧"], [3, "👦"], [4, "."]], "👩‍👩👦."),
        ([[0, "before"], [0, "anew"]], "anew"),
    ],
)
def test_text_is_cut_to_the_offset_in_code_points(chat: ChatPage, pieces: list[Any], text: str) -> None:
    got, length, taken, rest = chat.page.evaluate(WRITE, pieces)
    assert (got, length, rest) == (text, len(text), text[3:])
    assert all(taken)


def test_a_gap_is_noticed_and_changes_nothing(chat: ChatPage) -> None:
    got, length, taken, _rest = chat.page.evaluate(WRITE, [[0, "a😀"], [3, "late"]])
    assert (got, length, taken) == ("a😀", 2, [True, False])
