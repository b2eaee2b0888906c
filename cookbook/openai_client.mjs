// The official client of OpenAI for JavaScript.
// npm install openai; CHAT_URL=… CHAT_KEY=… node openai_client.mjs "Tell me about the sea"

import OpenAI from "openai";

const client = new OpenAI({ baseURL: `${process.env.CHAT_URL}/v1`, apiKey: process.env.CHAT_KEY });
const [model] = (await client.models.list()).data;
const stream = await client.chat.completions.create({
  model: model.id,
  messages: [{ role: "user", content: process.argv[2] }],
  stream: true,
});
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
