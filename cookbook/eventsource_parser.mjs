// eventsource-parser: our events from a POST. A connection that breaks is taken up again after the last id.
// npm install eventsource-parser; CHAT_URL=… CHAT_KEY=… node eventsource_parser.mjs "Tell me about the sea"

import { EventSourceParserStream } from "eventsource-parser/stream";

const body = JSON.stringify({ content: process.argv[2], resume_window: 10 });
let lastEventId = "";
let ended = false;

while (!ended) {
  try {
    const response = await fetch(`${process.env.CHAT_URL}/api/v1/chat`, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${process.env.CHAT_KEY}`,
        "Content-Type": "application/json",
        // With it the same call goes on where it was, and nothing is asked twice.
        ...(lastEventId && { "Last-Event-ID": lastEventId }),
      },
      body,
    });
    if (response.status === 204) break; // everything was here already
    if (!response.ok) throw new Error((await response.json()).error.message);
    const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    for await (const { id, data } of events) {
      const event = JSON.parse(data);
      if (event.type === "delta") process.stdout.write(event.text);
      if (event.type === "end") ended = true;
      if (id) lastEventId = id;
    }
  } catch (error) {
    if (!lastEventId) throw error;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
