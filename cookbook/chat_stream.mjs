// A small class as articles write it: onmessage, onabort, onclose, onerror. Nothing to install; the class runs in browsers as it is.
// CHAT_URL=… CHAT_KEY=… node chat_stream.mjs "Tell me about the sea"     Ctrl-C aborts.

class ChatStream {
  onmessage = (_event) => {};
  onabort = () => {};
  onclose = () => {};
  onerror = (_error) => {};
  #aborting = new AbortController();

  constructor(url, { key, content }) {
    this.url = `${url}/api/v1/chat`;
    this.headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json", Accept: "application/x-ndjson" };
    this.body = JSON.stringify({ content });
    queueMicrotask(() => this.#run()); // after the handlers are set
  }

  /** Closes the connection, which stops the model; what had come is saved. */
  abort() {
    this.#aborting.abort();
  }

  async #run() {
    try {
      const { url, headers, body } = this;
      const response = await fetch(url, { method: "POST", headers, body, signal: this.#aborting.signal });
      if (!response.ok) throw new Error((await response.json()).error.message);
      for await (const line of this.#lines(response.body)) this.onmessage(JSON.parse(line));
      this.onclose();
    } catch (error) {
      if (this.#aborting.signal.aborted) this.onabort();
      else this.onerror(error);
    }
  }

  async *#lines(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = ""; // a read may end inside a line
    for (let read; !(read = await reader.read()).done; ) {
      const lines = (rest + read.value).split("\n");
      rest = lines.pop();
      yield* lines;
    }
  }
}

const stream = new ChatStream(process.env.CHAT_URL, { key: process.env.CHAT_KEY, content: process.argv[2] });
stream.onmessage = (event) => {
  if (event.type === "delta") process.stdout.write(event.text);
  if (event.type === "end" && event.error) console.error(event.error.message);
};
stream.onabort = () => console.error("aborted");
stream.onerror = (error) => {
  console.error(error.message);
  process.exitCode = 1;
};
process.on("SIGINT", () => stream.abort());
