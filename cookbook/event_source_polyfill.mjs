// event-source-polyfill: an EventSource that sends headers, so the question goes in the address and the key does not.
// npm install event-source-polyfill; CHAT_URL=… CHAT_KEY=… node event_source_polyfill.mjs "Tell me about the sea"

import polyfill from "event-source-polyfill"; // in a bundler: import { EventSourcePolyfill } from …

const address = new URL("/api/v1/chat", process.env.CHAT_URL);
address.search = new URLSearchParams({ content: process.argv[2], resume_window: 10 });

// When the connection breaks it comes back by itself with the last id, which goes on and asks nothing anew.
const source = new polyfill.EventSourcePolyfill(address.href, {
  headers: { Authorization: `Bearer ${process.env.CHAT_KEY}` },
  heartbeatTimeout: 45000, // the server says something every 15 s
});
source.onmessage = ({ data }) => {
  const event = JSON.parse(data);
  if (event.type === "delta") process.stdout.write(event.text);
  if (event.type === "end") source.close();
};
source.onerror = ({ status }) => {
  if (status >= 400) throw new Error(`status ${status}`);
};
