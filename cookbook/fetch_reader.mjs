// fetch + reader + TextDecoder + AbortController: the plain text as it comes. Ctrl-C aborts.
// CHAT_URL=http://127.0.0.1:8000 CHAT_KEY=… node fetch_reader.mjs "Tell me about the sea"

const aborting = new AbortController();
process.on("SIGINT", () => aborting.abort());

const response = await fetch(`${process.env.CHAT_URL}/api/v1/chat`, {
  method: "POST",
  headers: {
    Authorization: `Bearer ${process.env.CHAT_KEY}`,
    "Content-Type": "application/json",
    Accept: "text/plain",
  },
  body: JSON.stringify({ content: process.argv[2] }),
  signal: aborting.signal,
});
if (!response.ok) throw new Error((await response.json()).error.message);

const reader = response.body.getReader();
const decoder = new TextDecoder(); // with `stream: true` below a character that comes in two pieces stays whole
for (;;) {
  const { done, value } = await reader.read();
  if (done) break;
  process.stdout.write(decoder.decode(value, { stream: true }));
}
