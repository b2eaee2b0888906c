"""The clients of other people's pages, as they are written in one: each a function's body.

It is given `{ base, key, content, patience, signal, seen }`: whom to call, with which key (none where a
session speaks), what to ask, how long a reply waits for a client that comes back, what aborts it, and what is
told the text as it comes. It settles at the end.
"""

_ASK = """
const asking = {
  method: "POST",
  headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
  body: JSON.stringify({ content }),
  signal,
};
"""
FETCH = (
    _ASK
    + """
asking.headers.Accept = "text/plain";
const response = await fetch(`${base}/api/v1/chat`, asking);
const reader = response.body.getReader();
const decoder = new TextDecoder();
for (let read; !(read = await reader.read()).done; ) seen(decoder.decode(read.value, { stream: true }));
"""
)
FETCH_EVENTS = (
    _ASK
    + """
const response = await fetch(`${base}/api/v1/chat`, asking);
const reader = response.body.getReader();
const decoder = new TextDecoder();
let rest = "";
for (let read; !(read = await reader.read()).done; ) {
  const blocks = (rest + decoder.decode(read.value, { stream: true })).split("\\n\\n");
  rest = blocks.pop();
  for (const block of blocks) {
    const data = block.split("\\n").find((line) => line.startsWith("data: "));
    const event = data && JSON.parse(data.slice(6));
    if (event?.type === "delta") seen(event.text);
  }
}
"""
)
PARSER = (
    _ASK
    + """
const { EventSourceParserStream } = await import("/eventsource-parser/dist/stream.js");
const response = await fetch(`${base}/api/v1/chat`, asking);
const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
const reader = events.getReader();
for (let read; !(read = await reader.read()).done; ) {
  const event = JSON.parse(read.value.data);
  if (event.type === "delta") seen(event.text);
}
"""
)
_FOLLOW = """
await new Promise((resolve, reject) => {
  signal.addEventListener("abort", () => reject(source.close()));
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (event.type === "delta") seen(event.text);
    if (event.type === "end") resolve(source.close());
  };
});
"""
EVENT_SOURCE = (
    _ASK
    + """
asking.body = JSON.stringify({ content, background: true, resume_window: patience });
const { stream_url } = await (await fetch(`${base}/api/v1/chat`, asking)).json();
const source = new EventSource(base + stream_url);
"""
    + _FOLLOW
)
_ADDRESS = """
const address = `${base}/api/v1/chat?resume_window=${patience}&content=${encodeURIComponent(content)}`;
"""
EVENT_SOURCE_BY_GET = _ADDRESS + "const source = new EventSource(address);" + _FOLLOW
EVENT_SOURCE_LIKE_OPENAI = (
    _ADDRESS
    + """
const source = new EventSource(`${address}&format=openai`);
await new Promise((resolve, reject) => {
  signal.addEventListener("abort", () => reject(source.close()));
  source.onmessage = ({ data }) => {
    if (data === "[DONE]") resolve(source.close());
    else seen(JSON.parse(data).choices[0].delta.content);
  };
});
"""
)
POLYFILL = (
    """
await new Promise((resolve) => {
  const tag = document.createElement("script");
  tag.src = "/event-source-polyfill/src/eventsource.min.js";
  tag.onload = resolve;
  document.head.append(tag);
});
"""
    + _ADDRESS
    + "const source = new EventSourcePolyfill(address, { headers: { Authorization: `Bearer ${key}` } });"
    + _FOLLOW
)
FETCH_EVENT_SOURCE = (
    _ASK
    + """
const { fetchEventSource } = await import("/@microsoft/fetch-event-source/lib/esm/index.js");
const ended = new AbortController();
signal.addEventListener("abort", () => ended.abort());
await fetchEventSource(`${base}/api/v1/chat`, {
  ...asking,
  body: JSON.stringify({ content, resume_window: patience }),
  openWhenHidden: true,
  signal: ended.signal,
  onmessage({ data }) {
    const event = JSON.parse(data);
    if (event.type === "delta") seen(event.text);
    if (event.type === "end") ended.abort();
  },
});
"""
)
AXIOS = """
const { default: axios } = await import("/axios/dist/esm/axios.js");
let had = 0;
await axios.post(`${base}/api/v1/chat?format=text`, { content }, {
  headers: { Authorization: `Bearer ${key}` },
  responseType: "text",
  signal,
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
const body = { model: model.id, messages: [{ role: "user", content }], stream: true };
const stream = await client.chat.completions.create(body, { signal });
for await (const chunk of stream) seen(chunk.choices[0].delta.content);
"""
_SOCKET = """
await new Promise((resolve, reject) => {
  signal.addEventListener("abort", () => reject(socket.close()));
  socket.onclose = ({ code }) => reject(new Error(`closed with ${code}`));
  socket.onopen = () => socket.send(JSON.stringify({ type: "send", ref: "1", content }));
  socket.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (event.type === "delta") seen(event.text);
    if (event.type === "error") reject(new Error(data));
    if (event.type === "end") resolve(socket.close());
  };
});
"""
WEBSOCKET = (
    "const socket = new WebSocket(`${base.replace('http', 'ws')}/ws/chat/`, ['chat.v1', `bearer.${key}`]);"
    + _SOCKET
)
WEBSOCKET_BY_COOKIE = "const socket = new WebSocket(`${base.replace('http', 'ws')}/ws/chat/`);" + _SOCKET

_OURS = """
const { ChatClient } = await import(`${base}/clients/chat_client.js`);
const client = new ChatClient({ key, transport: "TRANSPORT" });
for await (const { text } of client.ask({ content, resume_window: patience }, { signal })) seen(text);
"""
OURS, OURS_BY_SOCKET = (_OURS.replace("TRANSPORT", transport) for transport in ("sse", "websocket"))

WITH_A_KEY = {
    "our own": OURS,
    "our own, by socket": OURS_BY_SOCKET,
    "fetch": FETCH,
    "fetch events": FETCH_EVENTS,
    "eventsource-parser": PARSER,
    "EventSource": EVENT_SOURCE,
    "event-source-polyfill": POLYFILL,
    "fetch-event-source": FETCH_EVENT_SOURCE,
    "axios": AXIOS,
    "openai": OPENAI,
    "WebSocket": WEBSOCKET,
}
WITH_A_SESSION = {
    "our own by cookie": OURS,
    "our own by cookie and socket": OURS_BY_SOCKET,
    "EventSource by GET": EVENT_SOURCE_BY_GET,
    "EventSource like OpenAI": EVENT_SOURCE_LIKE_OPENAI,
    "WebSocket by cookie": WEBSOCKET_BY_COOKIE,
}
"""Those that can bring no key, and speak by the cookie of a page of the site itself."""
CLIENTS = WITH_A_KEY | WITH_A_SESSION
COME_BACK = ("our own", "our own, by socket", "EventSource", "event-source-polyfill", "fetch-event-source")
"""Those that come back by themselves."""
COME_BACK_WITH_A_SESSION = ("our own by cookie", "EventSource by GET", "EventSource like OpenAI")
