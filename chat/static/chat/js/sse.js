// The text/event-stream format, by its standard: takes decoded text in any pieces, gives blocks. Knows no network.

export class EventStreamParser {
  #onblock;
  #oncomment;
  #rest = "";
  #data = [];
  #id;

  /** `onblock({data, id})` is called for each complete block; `id` is undefined where the block has none. */
  constructor(onblock, oncomment = () => {}) {
    this.#onblock = onblock;
    this.#oncomment = oncomment;
  }

  feed(text) {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    lines.forEach((line) => this.#line(line));
  }

  #line(line) {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return this.#oncomment(); // the keep-alive
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.#data.push(value);
    else if (name === "id") this.#id = value;
  }

  // The id counts only now: adopted before its data, a cut between the two would lose text.
  #dispatch() {
    const block = { data: this.#data.join("\n"), id: this.#id };
    const isEmpty = this.#data.length === 0;
    this.#data = [];
    this.#id = undefined;
    if (!isEmpty) this.#onblock(block);
  }
}
