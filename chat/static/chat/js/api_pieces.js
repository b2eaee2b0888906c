// Cuts a stream into the pieces that it is made of, whatever way the network cut it. Knows no network.

const ENDS = { "text/event-stream": "\n\n", "application/x-ndjson": "\n" };

/** Whether an answer of this type is shown as it comes. */
export function isStream(type) {
  return type in ENDS || type === "text/plain";
}

export class Pieces {
  #end;
  #rest = "";
  #decoder = new TextDecoder();

  constructor(type) {
    this.#end = ENDS[type];
  }

  /** The pieces that are whole by now; of bare text all that came. */
  take(bytes) {
    const text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    if (this.#end === undefined) return text ? [text] : [];
    const parts = text.split(this.#end);
    this.#rest = parts.pop();
    return parts.filter(Boolean);
  }

  /** What never became whole. */
  rest() {
    const rest = this.#rest + this.#decoder.decode();
    this.#rest = "";
    return rest.trim() ? [rest] : [];
  }
}
