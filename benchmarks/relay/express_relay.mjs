// What people write first in Node: Express and the official client, each piece of text sent on as an event. Saves
// nothing. A yardstick of the suite; UPSTREAM is the model's base URL, PORT where to listen.

import express from "express";
import OpenAI from "openai";

const client = new OpenAI({ apiKey: "none", baseURL: process.env.UPSTREAM });
const app = express();
app.use(express.json({ limit: "10mb" }));

app.post("/chat", async (request, response) => {
  const stopped = new AbortController();
  response.on("close", () => stopped.abort());
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
  try {
    const { model, messages } = request.body;
    const stream = await client.chat.completions.create({ model, messages, stream: true }, { signal: stopped.signal });
    for await (const chunk of stream) {
      const text = chunk.choices[0]?.delta?.content;
      if (text) response.write(`data: ${JSON.stringify({ text })}\n\n`);
    }
    response.write("data: [DONE]\n\n");
  } catch (error) {
    if (!stopped.signal.aborted) response.write(`data: ${JSON.stringify({ error: error.message })}\n\n`);
  }
  response.end();
});

app.listen(Number(process.env.PORT), "127.0.0.1");
