// The AI SDK with its provider for servers that speak OpenAI's API.
// npm install ai @ai-sdk/openai-compatible; CHAT_URL=… CHAT_KEY=… CHAT_MODEL=demo node vercel_ai.mjs "Tell me about the sea"

import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { streamText } from "ai";

const chat = createOpenAICompatible({
  name: "chat",
  baseURL: `${process.env.CHAT_URL}/v1`,
  apiKey: process.env.CHAT_KEY,
  includeUsage: true,
});
const { textStream } = streamText({ model: chat(process.env.CHAT_MODEL), prompt: process.argv[2] });
for await (const text of textStream) process.stdout.write(text);
