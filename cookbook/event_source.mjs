// EventSource, which can neither POST nor send a header: ask in the background, then follow by the address that comes back.
// In a browser EventSource is there; in Node: npm install eventsource
// CHAT_URL=… CHAT_KEY=… node event_source.mjs "Tell me about the sea"

import { EventSource } from "eventsource";

const asked = await fetch(`${process.env.CHAT_URL}/api/v1/chat`, {
  method: "POST",
  headers: { Authorization: `Bearer ${process.env.CHAT_KEY}`, "Content-Type": "application/json" },
  body: JSON.stringify({ content: process.argv[2], background: true }),
});
if (!asked.ok) throw new Error((await asked.json()).error.message);
const { stream_url } = await asked.json(); // good for this one reply, without a key

// When the connection breaks it comes back by itself, and goes on at the exact character.
const source = new EventSource(new URL(stream_url, process.env.CHAT_URL));
source.onmessage = ({ data }) => {
  const event = JSON.parse(data);
  if (event.type === "delta") process.stdout.write(event.text);
  if (event.type === "end") source.close();
};
