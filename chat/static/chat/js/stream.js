// One reply, followed to its end over any number of connections: asks once, comes back by itself,
// and goes on at the exact character. Paints nothing.

import { EventStreamParser } from "./sse.js";
import { Refused, refusal, request, randomKey } from "./api.js";

const FIRST_WAIT = 500; // ms before coming back; doubles with each failure in a row …
const LONGEST_WAIT = 8000; // … to this
const SILENCE = 40_000; // ms. The server sends a keep-alive after 15 s: two of them missing is a dead connection

export class ReplyStream {
  reply = null;
  #handlers;
  #lastId = null;
  #ended = false;
  #closed = new AbortController();
  #connection = null;
  #wake = () => {};

  /**
   * Handlers, all optional: `onevent(event)` for each event in order, `onstate("open" | "lost")`,
   * `onerror(Refused)` when it is over without an end. Nothing is called after `close()`.
   */
  constructor(handlers) {
    this.#handlers = handlers;
    const again = () => this.#wake();
    addEventListener("online", again, { signal: this.#closed.signal });
    document.addEventListener("visibilitychange", again, { signal: this.#closed.signal });
  }

  /** Send a POST that streams. The key makes sure that repeating it never asks, or pays, twice. */
  ask(path, body) {
    const headers = { "Idempotency-Key": randomKey() };
    return this.#run(() => request(`${path}?render=html`, { method: "POST", body, headers, signal: this.#signal() }));
  }

  /** Follow a reply that runs, from its beginning. */
  follow(reply) {
    this.reply = reply;
    return this.#run(null);
  }

  /** Leave. The server sees it, and the reply's resume window begins. */
  close() {
    this.#closed.abort();
    this.#connection?.abort();
    this.#wake();
  }

  async #run(first) {
    let failures = 0;
    while (!this.#ended && !this.#closed.signal.aborted) {
      try {
        const response = await (this.reply === null ? first() : this.#resume());
        if (response.status === 204) return; // it ended, and we had seen that
        if (!response.ok) throw await refusal(response, { following: this.reply !== null });
        await this.#read(response, () => (failures = 0));
      } catch (error) {
        if (this.#closed.signal.aborted) return;
        if (error instanceof Refused && !error.passing) {
          this.close();
          this.#handlers.onerror?.(error);
          return;
        }
      }
      if (this.#ended || this.#closed.signal.aborted) break;
      this.#handlers.onstate?.("lost");
      await this.#pause(Math.min(FIRST_WAIT * 2 ** failures++, LONGEST_WAIT));
    }
    this.close();
  }

  #resume() {
    const headers = this.#lastId === null ? {} : { "Last-Event-ID": this.#lastId };
    return request(`messages/${this.reply}/stream?render=html`, { headers, signal: this.#signal() });
  }

  #signal() {
    this.#connection = new AbortController();
    return this.#connection.signal;
  }

  async #read(response, onbytes) {
    const connection = this.#connection;
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const parser = new EventStreamParser((block) => this.#take(block));
    let watch;
    try {
      this.#handlers.onstate?.("open");
      while (!this.#ended) {
        watch = setTimeout(() => connection.abort(), SILENCE);
        const { value, done } = await reader.read();
        clearTimeout(watch);
        if (done) return;
        onbytes();
        parser.feed(decoder.decode(value, { stream: true }));
      }
    } finally {
      clearTimeout(watch);
      connection.abort();
    }
  }

  #take({ data, id }) {
    if (this.#connection.signal.aborted) return; // we left, or ask for all of it again
    const event = JSON.parse(data);
    if (event.type === "start") this.reply = event.reply;
    if (event.type === "end") this.#ended = true;
    if (this.#handlers.onevent?.(event) === false) {
      // A piece is missing: ask for all of it again.
      this.#lastId = null;
      this.#connection.abort();
      return;
    }
    if (id !== undefined) this.#lastId = id;
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
