// EventSource with the question in its address, in the form that pages made for OpenAI read: choices[0].delta.content.
// A page of the site itself needs no key: new EventSource("/api/v1/chat?format=openai&content=…"), and the session speaks.
// In Node, where headers can be sent: npm install eventsource
// CHAT_URL=… CHAT_KEY=… node event_source_get.mjs "Tell me about the sea"

import { EventSource } from "eventsource";

const address = new URL("/api/v1/chat", process.env.CHAT_URL);
address.search = new URLSearchParams({ format: "openai", content: process.argv[2], resume_window: 10 });

const authorized = (url, init) =>
  fetch(url, { ...init, headers: { ...init.headers, Authorization: `Bearer ${process.env.CHAT_KEY}` } });

// When the connection breaks it comes back by itself with the last id, which goes on and asks nothing anew.
const source = new EventSource(address, { fetch: authorized });
source.onmessage = ({ data }) => {
  if (data === "[DONE]") return source.close();
  const { choices, error } = JSON.parse(data);
  if (error) {
    source.close();
    throw new Error(error.message);
  }
  process.stdout.write(choices[0].delta.content);
};
source.onerror = ({ message }) => {
  if (source.readyState !== EventSource.CLOSED) return; // it comes back
  console.error(message);
  process.exitCode = 1;
};
