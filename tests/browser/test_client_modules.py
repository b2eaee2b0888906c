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
COME_BACK = """async (events) => {
  const { Line } = await import("/static/chat/client/chat_client.js");
  let told;
  const connect = (follows, handlers) => {
    told = Object.assign(handlers, { with: Object.fromEntries(follows) });
    return { follow() {}, unfollow() {}, close() {} };
  };
  const line = new Line(connect, { onevent() {}, onstate() {} });
  line.follow("r", null);
  line.reconnect();
  told.onopen();
  for (const event of events) {
    if (event === "anew") line.follow("r", null);
    else told.onevent({ reply: "r", ...event });
  }
  line.reconnect();
  const { with: follows } = told;
  line.stop();
  return follows;
}"""
DEAF = """async () => {
  const { ChatClient } = await import("/static/chat/client/chat_client.js");
  const line = (event) => `data: ${JSON.stringify(event)}\\n\\n`;
  const told = (...events) => new TextEncoder().encode(events.map(line).join(""));
  const start = { type: "start", reply: "r" };
  const end = { type: "end", reply: "r", status: "complete", length: 2 };
  const answers = [[start, { type: "delta", reply: "r", offset: 1, text: "b" }],
    [start, { type: "delta", reply: "r", offset: 0, text: "ab" }, end]];
  const fetch = async () => { // its bodies neither end nor hear of an abort
    const body = new ReadableStream({ start: (controller) => controller.enqueue(told(...answers.shift())) });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  };
  const reply = new ChatClient({ url: "http://chat.test", key: "k", fetch }).continue("r");
  const { status, text } = await reply.finished;
  return [status, text, answers.length];
}"""
START, END = {"type": "start"}, {"type": "end", "id": "end"}
"""The last event of a write alone has an id."""
PIECE, MORE = {"type": "delta", "id": "p1"}, {"type": "delta", "id": "p2"}
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


def test_behind_a_gap_all_is_read_anew_also_where_an_abort_leaves_a_read_waiting(chat: ChatPage) -> None:
    assert chat.page.evaluate(DEAF) == ["complete", "ab", 0]


@pytest.mark.parametrize(
    ("events", "comes_back_with"),
    [
        ([START, PIECE, MORE], {"r": "p2"}),
        ([START, PIECE, END], {}),
        ([START | {"id": "p0"}], {"r": "p0"}),
        ([], {"r": None}),
        ([START, PIECE, "anew", MORE, END], {"r": None}),
        ([START, PIECE, "anew", MORE, START, PIECE], {"r": "p1"}),
        ([START, PIECE, {"type": "error", "error": {"type": "invalid_request_error"}}], {}),
    ],
)
def test_a_line_comes_back_with_what_it_has_of_the_last_following(
    chat: ChatPage, events: list[Any], comes_back_with: dict[str, str | None]
) -> None:
    assert chat.page.evaluate(COME_BACK, events) == comes_back_with
