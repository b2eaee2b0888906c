// The closed blocks of a running reply, as the server rendered them. They stand in sections of some blocks each,
// which the browser need not lay out or paint while they are out of sight.

const MOST = 20; // blocks in a section
// The margins of two sections do not collapse: one begins with a block that has none above it.
const KEEPS_WITH_PREVIOUS = "h1, h2, h3, h4, h5, h6, hr";

export class ClosedBlocks {
  #before; // the element that follows them
  #blocks = []; // {offset, length, html, element}, by index
  #painted = 0; // how many are in the page, from the first on
  #end = 0; // code points that these cover

  constructor(before) {
    this.#before = before;
  }

  /** Where the text begins that is in no painted block, in code points. */
  get end() {
    return this.#end;
  }

  put(event) {
    const known = this.#blocks[event.index];
    if (known?.html === event.html && known.offset === event.offset && known.length === event.length) return;
    this.#blocks[event.index] = event;
    if (event.index < this.#painted) this.#unpaintFrom(event.index);
  }

  /** Forget those that reach beyond this length. */
  cut(length) {
    while (this.#blocks.length && !fits(this.#blocks.at(-1), length)) this.#blocks.pop();
    if (this.#painted > this.#blocks.length) this.#unpaintFrom(this.#blocks.length);
  }

  /** The article around them is another one, and empty. */
  unpaint() {
    this.#unpaintFrom(0);
  }

  paint() {
    // A neighbour before it may still be under way.
    while (this.#blocks[this.#painted]) this.#paint(this.#blocks[this.#painted++]);
  }

  #paint(block) {
    const element = document.createElement("div");
    element.className = "block";
    element.innerHTML = block.html; // sanitised by the server
    let section = this.#before.previousElementSibling;
    if (!section || (section.childElementCount >= MOST && !element.firstElementChild?.matches(KEEPS_WITH_PREVIOUS))) {
      section = document.createElement("div");
      section.className = "section";
      this.#before.before(section);
    }
    section.append(element);
    block.element = element;
    this.#end = block.offset + block.length;
  }

  #unpaintFrom(index) {
    for (const block of this.#blocks.slice(index)) {
      block?.element?.remove();
      if (block) block.element = null;
    }
    for (const section of this.#before.parentElement?.querySelectorAll(":scope > .section:empty") ?? []) section.remove();
    this.#painted = Math.min(this.#painted, index);
    const last = this.#blocks[this.#painted - 1];
    this.#end = last ? last.offset + last.length : 0;
  }
}

function fits(block, length) {
  return block !== undefined && block.offset + block.length <= length;
}
