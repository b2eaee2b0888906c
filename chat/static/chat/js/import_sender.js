// Sends conversations in pieces that any server takes. What does not arrive is sent again: doubling is not possible.

import { csrfToken } from "./api.js";
import { signedInAs } from "./page_of.js";
import { say } from "./texts.js";

const PIECE_BYTES = 1_000_000; // some seconds on a slow line, and well below what a server takes
const PIECE_CONVERSATIONS = 10; // so that the bar moves
const WAITS = [1, 2, 4, 8, 15]; // seconds; then a person decides
const PASSING = new Set([0, 429, 500, 502, 503, 504]);

export class Cancelled extends Error {}

export class Sender {
  #lines = [];
  #bytes = 0;

  /** `askagain()` resolves when a person wants another try, or stops it all. */
  constructor({ signal, mostBytes, onoutcomes, ontrouble, askagain }) {
    Object.assign(this, { signal, onoutcomes, ontrouble, askagain });
    this.mostBytes = mostBytes || Infinity;
    this.pieceBytes = Math.min(PIECE_BYTES, this.mostBytes);
  }

  async add(source) {
    if (this.signal.aborted) throw new Cancelled();
    const line = new TextEncoder().encode(`${source}\n`);
    if (line.length > this.mostBytes) {
      this.onoutcomes([{ status: "failed", title: titleOf(source), reason: say("import_too_large") }]);
      return;
    }
    if (this.#bytes + line.length > this.pieceBytes || this.#lines.length === PIECE_CONVERSATIONS) await this.flush();
    this.#lines.push(line);
    this.#bytes += line.length;
  }

  async flush() {
    if (this.#lines.length === 0) return;
    const piece = new Blob(this.#lines);
    [this.#lines, this.#bytes] = [[], 0];
    this.onoutcomes(await this.#sent(piece));
  }

  async #sent(piece) {
    for (let tries = 0; ; tries += 1) {
      if (this.signal.aborted) throw new Cancelled();
      const { status, results, retryAfter } = await this.#post(piece);
      if (results) return results;
      if (this.signal.aborted) throw new Cancelled();
      if (PASSING.has(status) && tries < WAITS.length) {
        const seconds = Math.max(WAITS[tries], retryAfter);
        this.ontrouble(say("import_lost", { seconds }));
        await pause(seconds * 1000, this.signal);
      } else {
        this.ontrouble(status === 401 || status === 403 ? say("signed_out") : status ? say("refused", { status }) : say("unreachable"));
        await this.askagain();
        tries = -1;
      }
      this.ontrouble("");
    }
  }

  async #post(piece) {
    try {
      const response = await fetch("/import/", {
        method: "POST",
        // As a fragment: who is signed out is told so, and not led to another page.
        headers: { "Content-Type": "application/x-ndjson", "HX-Request": "true", "X-CSRFToken": csrfToken(), ...signedInAs() },
        body: piece,
        signal: this.signal,
        cache: "no-store",
      });
      if (response.ok) return { results: (await response.json()).results };
      return { status: response.status, retryAfter: Number(response.headers.get("Retry-After")) || 0 };
    } catch {
      return { status: 0, retryAfter: 0 };
    }
  }
}

function titleOf(source) {
  try {
    const value = JSON.parse(source);
    return String(value.title ?? value.conversation?.title ?? "");
  } catch {
    return "";
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
