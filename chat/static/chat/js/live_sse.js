// The live connection as server-sent events. The replies that it carries are named in its address, so that
// following others means connecting again. The connection before it stays until the new one is open: no news
// falls between the two, and no reply looks abandoned.

import { EventStreamParser } from "../client/chat_client.js";

export class SseConnection {
  #client;
  #follows;
  #handlers;
  #current = null; // whose events count
  #next = null; // on its way to take its place
  #isBehind = false; // the replies changed again meanwhile

  /** A `Connection` of the client's `Line`, as its WebSocket is. */
  constructor(client, follows, handlers) {
    this.#client = client;
    this.#follows = follows;
    this.#handlers = handlers;
    this.#open();
  }

  follow() {
    if (this.#next) this.#isBehind = true;
    else this.#open();
  }

  unfollow() {
    this.follow();
  }

  close() {
    this.#handlers = null;
    this.#current?.abort();
    this.#next?.abort();
  }

  async #open() {
    const own = (this.#next = new AbortController());
    await null; // what else is followed in the same breath goes along
    this.#isBehind = false;
    // An event id says which reply it is of; with a refusal it comes back as it was sent.
    const names = new Map([...this.#follows].map(([reply, at]) => [at ?? reply, reply]));
    let status = 0;
    try {
      const query = new URLSearchParams([["render", "html"], ...[...names.keys()].map((name) => ["follow", name])]);
      const headers = { Accept: "text/event-stream" };
      const response = await this.#client.request(`live?${query}`, { headers, signal: own.signal });
      status = response.status;
      if (response.ok) await this.#read(response.body.getReader(), own, names);
    } catch (error) {
      if (error instanceof SyntaxError) throw error; // no server of ours writes such events
    }
    if (own.signal.aborted || !this.#handlers) return;
    const { onover } = this.#handlers;
    this.close();
    onover(status);
  }

  async #read(reader, own, names) {
    const decoder = new TextDecoder();
    const opened = () => this.#next === own && this.#take(own);
    const parser = new EventStreamParser(({ data }) => {
      opened();
      this.#tell(JSON.parse(data), own, names);
    }, opened);
    while (true) {
      const { value, done } = await reader.read();
      if (done || own.signal.aborted) return;
      this.#handlers?.onbytes();
      parser.feed(decoder.decode(value, { stream: true }));
    }
  }

  // The new connection's first comment or event: a server that goes writes neither, only when to come back.
  #take(own) {
    this.#current?.abort();
    this.#current = own;
    this.#next = null;
    this.#handlers?.onopen();
    if (this.#isBehind) this.#open();
  }

  #tell(event, own, names) {
    if (own !== this.#current || own.signal.aborted) return;
    // The next connection goes on where we stood when it was asked for: what comes here meanwhile comes there too.
    if (this.#next && event.reply !== undefined) return;
    if (event.type === "error") event.reply = names.get(event.reply) ?? event.reply;
    this.#handlers?.onevent(event);
  }
}
