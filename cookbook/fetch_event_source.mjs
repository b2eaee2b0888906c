// @microsoft/fetch-event-source: our events from a POST, with its own retry, which resumes and never asks twice.
// npm install @microsoft/fetch-event-source; CHAT_URL=… CHAT_KEY=… node fetch_event_source.mjs "Tell me about the sea"

import { fetchEventSource } from "@microsoft/fetch-event-source";

// It is made for browsers, and wants these two of them. Leave them out there.
globalThis.window = globalThis;
globalThis.document = { addEventListener() {}, removeEventListener() {} };

const aborting = new AbortController(); // abort() stops the model, too
await fetchEventSource(`${process.env.CHAT_URL}/api/v1/chat`, {
  method: "POST",
  headers: { Authorization: `Bearer ${process.env.CHAT_KEY}`, "Content-Type": "application/json" },
  body: JSON.stringify({ content: process.argv[2], resume_window: 10 }),
  signal: aborting.signal,
  openWhenHidden: true, // else it aborts, and begins again, whenever the page is hidden
  async onopen(response) {
    if (!response.ok) throw new Error((await response.json()).error.message);
  },
  onmessage({ data }) {
    const event = JSON.parse(data);
    if (event.type === "delta") process.stdout.write(event.text);
    if (event.type === "end") aborting.abort(); // it would come back after every end
  },
  onerror(error) {
    if (!(error instanceof TypeError)) throw error; // a lost connection is a TypeError: come back
  },
});
