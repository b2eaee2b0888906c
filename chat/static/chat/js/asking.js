// One thing that is asked, brought to the server exactly once, however often that must be tried: every try has
// the same key and the same body, so that the server joins what arrived before.

import { Refused, call } from "./api.js";
import { onLineState } from "./live.js";

const FIRST_WAIT = 1000; // ms before it is tried again; doubles with each failure in a row …
const LONGEST_WAIT = 15_000; // … to this. Most often the line is back first, and tells
const PATIENCE = 30_000; // ms for an answer: only the ids come back, so it is a dead connection then

const waiting = new Set(); // what could not be delivered yet

export class Asking {
  #asked;
  #handlers;
  #sending = null;
  #failures = 0;
  #timer = 0;
  #over = false;

  /**
   * `asked` is `{path, body, key}`. One of these is called, once: `onids({conversation, request, reply})` or
   * `onrefused(Refused)`; before that `onunsent()` whenever the server could not be reached.
   */
  constructor(asked, handlers) {
    this.#asked = asked;
    this.#handlers = handlers;
  }

  /** Try now. */
  async send() {
    if (this.#over || this.#sending) return;
    clearTimeout(this.#timer);
    const { path, body, key } = this.#asked;
    const sending = (this.#sending = new AbortController());
    const patience = setTimeout(() => sending.abort(), PATIENCE);
    try {
      const headers = { "Idempotency-Key": key };
      const ids = await call(path, { method: "POST", body, headers, signal: sending.signal });
      if (!this.#over) this.#end(() => this.#handlers.onids(ids));
    } catch (error) {
      if (this.#over) return;
      if (error instanceof Refused && !error.passing) return this.#end(() => this.#handlers.onrefused(error));
      if (!(error instanceof Refused) && error.name !== "AbortError") throw error;
      this.#later();
    } finally {
      clearTimeout(patience);
      this.#sending = null;
    }
  }

  /** Ask no more: it is taken back, or somebody else sees to it. */
  cancel() {
    this.#end(() => this.#sending?.abort());
  }

  get isUnsent() {
    return waiting.has(this);
  }

  #later() {
    waiting.add(this);
    this.#timer = setTimeout(() => this.send(), Math.min(FIRST_WAIT * 2 ** this.#failures++, LONGEST_WAIT));
    this.#handlers.onunsent();
  }

  #end(tell) {
    this.#over = true;
    clearTimeout(this.#timer);
    waiting.delete(this);
    tell();
  }
}

function sendAll() {
  waiting.forEach((asking) => asking.send());
}

onLineState((state) => state === "open" && sendAll());
addEventListener("online", sendAll);
