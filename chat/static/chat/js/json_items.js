// Cuts a JSON file of any size into the objects of its list, as text, while it is being read: an export of
// a gigabyte is never parsed, nor held, as a whole. A file that is one object alone gives that one.

const IN_TEXT = /["\\]/g;
const OUTSIDE = /["{}[\]]/g;

export class NoJson extends Error {}

/** The source of each object, on one line. Raises `NoJson` where the file ends before it should. */
export async function* itemsOf(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  const cutter = new Cutter();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield* cutter.feed(value);
    }
    cutter.finish();
  } finally {
    // Whoever stops in between leaves nothing open.
    reader.cancel().catch(() => {});
  }
}

class Cutter {
  #depth = 0;
  #base = 0; // how deep the wanted objects stand: in a list, or alone
  #inText = false;
  #escaped = false;
  #taking = false;
  #held = ""; // what came before of the object that is being read
  #seen = false;

  *feed(text) {
    let from = 0;
    let at = 0;
    while (at < text.length) {
      if (this.#escaped) {
        this.#escaped = false;
        at += 1;
        continue;
      }
      const mark = next(this.#inText ? IN_TEXT : OUTSIDE, text, at);
      if (mark < 0) break;
      at = mark + 1;
      const letter = text[mark];
      if (letter === '"') this.#inText = !this.#inText;
      else if (letter === "\\") this.#escaped = true;
      else if (letter === "{" || letter === "[") {
        if (letter === "{" && this.#depth === this.#base) {
          this.#taking = true;
          from = mark;
        }
        if (letter === "[" && this.#depth === 0) this.#base = 1;
        this.#depth += 1;
        this.#seen = true;
      } else {
        this.#depth -= 1;
        if (this.#depth < 0) throw new NoJson();
        if (this.#taking && this.#depth === this.#base) {
          yield oneLine(this.#held + text.slice(from, at));
          this.#taking = false;
          this.#held = "";
        }
      }
    }
    if (this.#taking) this.#held += text.slice(from);
  }

  finish() {
    if (!this.#seen || this.#depth !== 0 || this.#inText) throw new NoJson();
  }
}

function next(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex - 1 : -1;
}

// Inside its texts JSON has no line ends; elsewhere they are but space.
function oneLine(source) {
  return source.replaceAll(/[\r\n]/g, " ");
}
