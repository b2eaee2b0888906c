// A text that grows at its end, in block-level groups of lines: a frame lays out the last group only.
// One node of 100,000 characters is laid out whole each time that it grows.

const MOST = 4000; // characters, from which a group ends with its line; twice as many, and it ends anywhere

export class LineGroups {
  #holder;
  #last = null; // the text node that grows

  constructor(holder) {
    this.#holder = holder;
  }

  clear() {
    this.#holder.replaceChildren();
    this.#last = null;
  }

  append(text) {
    while (text) {
      const room = MOST - (this.#last?.length ?? 0);
      const end = text.length < room ? text.length : lineEnd(text, room);
      this.#grow(text.slice(0, end));
      if (end < text.length || this.#last.data.endsWith("\n") && this.#last.length >= MOST) this.#last = null;
      text = text.slice(end);
    }
  }

  #grow(piece) {
    if (this.#last) return this.#last.appendData(piece);
    const group = document.createElement("div");
    group.className = "lines";
    this.#last = group.appendChild(document.createTextNode(piece));
    this.#holder.append(group);
  }
}

function lineEnd(text, room) {
  const newline = text.indexOf("\n", Math.max(room - 1, 0));
  if (newline >= 0 && newline - room < MOST) return newline + 1;
  if (text.length - room < MOST) return text.length;
  const space = text.lastIndexOf(" ", room + MOST);
  return space >= Math.max(room, 0) ? space + 1 : Math.max(room + MOST, 1);
}
