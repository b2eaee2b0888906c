"""The clients of other people's pages, in a real browser and on another origin, with their own retries."""

import itertools
import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from browser.chat_page import script
from browser.cut_line import CutLine
from browser.fixtures import NewContext, StartSite
from browser.other_origin import OtherOrigin
from playwright.sync_api import Page
from process.harness.processes import Server, manage
from process.harness.waiting import until_true

pytestmark = pytest.mark.browser

PIECES = [f"Wörter {number} 😀, 你好 " for number in range(40)]
TEXT = "".join(PIECES)
CUT_AT = 120
"""Code points that the page has read when the line is cut."""

# Each is given { base, key, content, seen }, tells `seen` the text as it comes, and settles at its end.
FETCH = """
const response = await fetch(`${base}/api/v1/chat`, {
  method: "POST",
  headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", Accept: "text/plain" },
  body: JSON.stringify({ content }),
});
const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
for (let read; !(read = await reader.read()).done; ) seen(read.value);
"""
PARSER = """
const { EventSourceParserStream } = await import("/eventsource-parser/dist/stream.js");
const response = await fetch(`${base}/api/v1/chat`, {
  method: "POST",
  headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
  body: JSON.stringify({ content }),
});
const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
const reader = events.getReader();
for (let read; !(read = await reader.read()).done; ) {
  const event = JSON.parse(read.value.data);
  if (event.type === "delta") seen(event.text);
}
"""
EVENT_SOURCE = """
const asked = await fetch(`${base}/api/v1/chat`, {
  method: "POST",
  headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
  body: JSON.stringify({ content, background: true }),
});
const { stream_url } = await asked.json();
await new Promise((resolve) => {
  const source = new EventSource(base + stream_url);
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (event.type === "delta") seen(event.text);
    if (event.type === "end") resolve(source.close());
  };
});
"""
POLYFILL = """
await new Promise((resolve) => {
  const tag = document.createElement("script");
  tag.src = "/event-source-polyfill/src/eventsource.min.js";
  tag.onload = resolve;
  document.head.append(tag);
});
await new Promise((resolve) => {
  const address = `${base}/api/v1/chat?resume_window=10&content=${encodeURIComponent(content)}`;
  const source = new EventSourcePolyfill(address, { headers: { Authorization: `Bearer ${key}` } });
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (event.type === "delta") seen(event.text);
    if (event.type === "end") resolve(source.close());
  };
});
"""
FETCH_EVENT_SOURCE = """
const { fetchEventSource } = await import("/@microsoft/fetch-event-source/lib/esm/index.js");
const stopping = new AbortController();
await fetchEventSource(`${base}/api/v1/chat`, {
  method: "POST",
  headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
  body: JSON.stringify({ content, resume_window: 10 }),
  openWhenHidden: true,
  signal: stopping.signal,
  onmessage({ data }) {
    const event = JSON.parse(data);
    if (event.type === "delta") seen(event.text);
    if (event.type === "end") stopping.abort();
  },
});
"""
AXIOS = """
const { default: axios } = await import("/axios/dist/esm/axios.js");
let had = 0;
await axios.post(`${base}/api/v1/chat?format=text`, { content }, {
  headers: { Authorization: `Bearer ${key}` },
  responseType: "text",
  onDownloadProgress({ event }) {
    const text = event.target.responseText;
    seen(text.slice(had));
    had = text.length;
  },
});
"""
OPENAI = """
const { default: OpenAI } = await import("/openai/index.mjs");
const client = new OpenAI({ baseURL: `${base}/v1`, apiKey: key, dangerouslyAllowBrowser: true });
const [model] = (await client.models.list()).data;
const stream = await client.chat.completions.create({
  model: model.id,
  messages: [{ role: "user", content }],
  stream: true,
});
for await (const chunk of stream) seen(chunk.choices[0].delta.content);
"""
WEBSOCKET = """
await new Promise((resolve, reject) => {
  const socket = new WebSocket(`${base.replace("http", "ws")}/ws/chat/`, ["chat.v1", `bearer.${key}`]);
  socket.onopen = () => socket.send(JSON.stringify({ type: "send", ref: "1", content }));
  socket.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (event.type === "delta") seen(event.text);
    if (event.type === "error") reject(new Error(data));
    if (event.type === "end") resolve(socket.close());
  };
});
"""
CLIENTS = {
    "fetch": FETCH,
    "eventsource-parser": PARSER,
    "EventSource": EVENT_SOURCE,
    "event-source-polyfill": POLYFILL,
    "fetch-event-source": FETCH_EVENT_SOURCE,
    "axios": AXIOS,
    "openai": OPENAI,
    "WebSocket": WEBSOCKET,
}
COME_BACK = ("EventSource", "event-source-polyfill", "fetch-event-source")
"""Those that come back by themselves."""

_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Site:
    server: Server
    key: str

    def get(self, path: str) -> Any:
        request = urllib.request.Request(
            f"{self.server.url}/api/v1/{path}", headers={"Authorization": f"Bearer {self.key}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def replies_to(self, content: str) -> list[dict[str, Any]]:
        """Every reply to this question, however often it was asked."""
        found = []
        for conversation in self.get("conversations?limit=100")["results"]:
            messages = self.get(f"conversations/{conversation['id']}")["messages"]
            asked = {message["id"] for message in messages if message["content"] == content}
            found += [message for message in messages if message["parent"] in asked]
        return found


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[OtherOrigin]:
    with OtherOrigin() as elsewhere:
        yield elsewhere


@pytest.fixture(scope="module")
def site(start_site: StartSite, elsewhere: OtherOrigin) -> Site:
    server = start_site(CHAT_CORS_ORIGINS=elsewhere.url)
    key = manage(server.settings, "create_api_key", "alice", "--name", "another page").strip()
    return Site(server, key)


@pytest.fixture
def page(new_context: NewContext, elsewhere: OtherOrigin) -> Page:
    page = new_context().new_page()
    page.goto(elsewhere.url)
    return page


def question(**fields: Any) -> str:
    return f"number {next(_numbers)}: {script(pieces=PIECES, **fields)}"


def begin(page: Page, client: str, base: str, key: str, content: str) -> None:
    """Run it in the page; `read` is the text that it was given, `over` whether it has ended."""
    page.evaluate(
        """([source, given]) => {
          window.read = "";
          window.over = false;
          const run = new (async () => {}).constructor("{ base, key, content, seen }", source);
          run({ ...given, seen: (text) => { window.read += text; } }).then(
            () => { window.over = true; },
            (error) => { window.over = String(error); },
          );
        }""",
        [CLIENTS[client], {"base": base, "key": key, "content": content}],
    )


def read_to_its_end(page: Page) -> str:
    page.wait_for_function("window.over", timeout=30_000)
    assert page.evaluate("window.over") is True
    text: str = page.evaluate("window.read")
    return text


@pytest.mark.parametrize("client", CLIENTS)
def test_a_page_of_another_origin_reads_what_is_saved(page: Page, site: Site, client: str) -> None:
    content = question(delay=0.005)
    begin(page, client, site.server.url, site.key, content)
    assert read_to_its_end(page) == TEXT
    [reply] = site.replies_to(content)
    assert (reply["content"], reply["status"]) == (TEXT, "complete")


@pytest.mark.parametrize("client", COME_BACK)
def test_a_client_that_comes_back_goes_on_at_the_character_and_asks_once(
    page: Page, site: Site, client: str
) -> None:
    content = question(delay=0.05)
    with CutLine(site.server.port) as line:
        begin(page, client, line.url, site.key, content)
        page.wait_for_function(f"[...window.read].length > {CUT_AT}")
        line.cut()
        line.mend()
        assert read_to_its_end(page) == TEXT
    [reply] = site.replies_to(content)
    assert (reply["content"], reply["status"]) == (TEXT, "complete")


def test_an_abort_stops_the_reply_and_keeps_what_was_seen(page: Page, site: Site) -> None:
    content = question(delay=0.05)
    page.evaluate(
        """async ([base, key, content]) => {
          const stopping = new AbortController();
          const response = await fetch(`${base}/api/v1/chat`, {
            method: "POST",
            headers: {
              Authorization: `Bearer ${key}`,
              "Content-Type": "application/json",
              Accept: "text/plain",
            },
            body: JSON.stringify({ content }),
            signal: stopping.signal,
          });
          const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
          window.read = "";
          while ([...window.read].length < 100) window.read += (await reader.read()).value;
          stopping.abort();
        }""",
        [site.server.url, site.key, content],
    )
    until_true(lambda: site.replies_to(content)[0]["status"] == "interrupted", 10, "the end of the reply")
    [reply] = site.replies_to(content)
    assert reply["content"].startswith(page.evaluate("window.read"))
    assert reply["content"] != TEXT


def test_a_page_that_is_not_named_is_refused_by_its_browser(
    page: Page, site: Site, new_context: NewContext
) -> None:
    with OtherOrigin() as unnamed:
        stranger = new_context().new_page()
        stranger.goto(unnamed.url)
        begin(stranger, "fetch", site.server.url, site.key, question())
        stranger.wait_for_function("window.over")
        assert "Failed to fetch" in stranger.evaluate("window.over")
