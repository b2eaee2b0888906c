// The block that is still being written, on the page: in the shape that it will have, as far as that is certain.
// Complete lines are painted once; only what follows them is painted again. Text is only ever text here: no HTML.

import { LineGroups } from "./line_groups.js";
import { cellsOf, fenceOf, headingOf, inline, itemOf, kindOf, quoted } from "./open_block.js";

const SETTLES = 400; // characters of an unfinished line, from which the part that is sure is painted for good
const UNSURE = 2000; // characters, from which it is painted for good as it is
const MOST = 4000; // characters, from which lines go into a new group: a frame lays out the last one only
const MOST_OF_TABLE = 1500; // whose rows are all laid out when one comes

export class Tail {
  element = make("div", "tail");
  #kind;
  #begun; // whether its first line is complete, or too long to wait for
  #rest; // what follows the complete lines
  #beginsLine; // whether that is at the beginning of its line
  #drawn; // the nodes that show it
  #holder; // what groups are appended to
  #group;
  #size; // characters in the group
  #item; // of a list: the one that is being written
  #fence;
  #code;

  constructor() {
    this.clear();
  }

  clear() {
    this.element.replaceChildren();
    this.#kind = this.#rest = this.#fence = "";
    this.#begun = false;
    this.#beginsLine = true;
    this.#drawn = [];
    this.#holder = this.#group = this.#item = this.#code = null;
    this.#size = 0;
  }

  append(text) {
    this.#rest += text;
    if (!this.#begun) this.#decide();
    if (!this.#kind) return;
    const lines = this.#rest.split("\n");
    this.#rest = lines.pop();
    if (lines.length) {
      this.#erase();
      for (const line of lines) this.#take(line);
    }
    if (this.#kind === "code") this.#showCode();
    else this.#show();
  }

  // The first line, while it is under way, may turn out to begin another kind of block.
  #decide() {
    const text = this.#rest.replace(/^(?:[ \t]*\n)+/, ""); // the line breaks between two blocks are no text
    const first = text.split("\n", 1)[0];
    this.clear();
    this.#rest = text;
    this.#kind = kindOf(first) || (first.length < text.length ? "text" : "");
    this.#holder = this.element;
    if (this.#kind === "quote") this.#holder = this.element.appendChild(make("blockquote"));
    if (this.#kind === "code") this.#beginCode(fenceOf(first));
  }

  #beginCode({ marks, language }) {
    const figure = this.element.appendChild(make("figure", "code"));
    figure.appendChild(make("figcaption")).textContent = language;
    this.#code = new LineGroups(figure.appendChild(scrollable(make("pre"))).appendChild(make("code")));
    this.#fence = marks;
  }

  /** A complete line, or what is left of one. */
  #take(line) {
    if (this.#kind === "code") this.#takeCode(line);
    else if (!this.#beginsLine || line.trim()) {
      this.#settle(this.#kind === "list" || this.#kind === "table" ? line : `${line}\n`);
    }
    this.#begun = this.#beginsLine = true;
    if (this.#size >= (this.#kind === "table" ? MOST_OF_TABLE : MOST)) this.#endGroup();
  }

  #takeCode(line) {
    // The fence itself is no code.
    if (this.#begun && !(this.#beginsLine && isFence(line, this.#fence))) this.#code.append(`${line}\n`);
  }

  // What may become the closing fence is not shown yet.
  #showCode() {
    if (!this.#begun || !this.#rest || (this.#beginsLine && this.#fence.startsWith(this.#rest.trim()))) return;
    this.#code.append(this.#rest);
    this.#rest = "";
    this.#beginsLine = false;
  }

  #show() {
    this.#erase();
    if (this.#rest.length > SETTLES && this.#mayBeCut) {
      const sure = inline(this.#rest, { grows: true }).safe || (this.#rest.length > UNSURE ? this.#rest.length : 0);
      if (sure) {
        this.#settle(this.#rest.slice(0, sure));
        this.#rest = this.#rest.slice(sure);
      }
    }
    if (this.#rest) this.#paint(this.#rest, true);
  }

  get #mayBeCut() {
    return this.#kind !== "heading" && this.#kind !== "table";
  }

  // Paint it for good.
  #settle(text) {
    const width = this.#mayBeCut ? MOST : Infinity;
    for (let at = 0; at < text.length; at += width) {
      const piece = text.slice(at, at + width);
      this.#paint(piece, false);
      this.#drawn = [];
      this.#size += piece.length;
      this.#begun = true;
      this.#beginsLine = false;
      if (this.#size >= 2 * MOST) this.#endGroup();
    }
  }

  #endGroup() {
    this.#group = this.#item = null;
    this.#size = 0;
  }

  #erase() {
    for (const node of this.#drawn) node.remove();
    this.#drawn = [];
  }

  #paint(text, grows) {
    switch (this.#kind) {
      case "heading":
        return this.#paintHeading(text, grows);
      case "list":
        return this.#paintItem(text, grows);
      case "table":
        return this.#paintRow(text, grows);
      case "source":
        return this.#draw(this.#groupOf("div", "lines source"), [{ text, styles: [] }]);
      default: {
        const shown = this.#kind === "quote" && this.#beginsLine ? quoted(text) : text;
        return this.#draw(this.#groupOf("p", "lines"), inline(shown, { grows }).pieces);
      }
    }
  }

  #paintHeading(line, grows) {
    const heading = headingOf(line.trimEnd());
    // A heading is one line. What comes in the same breath is of blocks that the server has not told of yet.
    if (!heading) return this.#draw(this.#groupOf("p", "lines"), inline(line, { grows }).pieces);
    draw(this.#add(this.#holder, `h${heading.level}`), inline(heading.text, { grows }).pieces);
  }

  #paintItem(text, grows) {
    const group = this.#groupOf("div", "lines");
    if (this.#item && !this.#beginsLine) return this.#draw(this.#item, inline(text, { grows }).pieces);
    const item = itemOf(text);
    if (!item && grows && text.trim().length < 3) return; // half a marker
    const element = this.#add(group, "div", `item depth-${item?.depth ?? 0}`);
    element.appendChild(make("span", "marker")).textContent = item?.marker ?? "";
    draw(element, inline(item ? item.text : text.trim(), { grows }).pieces);
    this.#item = element;
  }

  #paintRow(line, grows) {
    const cells = cellsOf(line);
    if (!cells) return;
    if (!this.#group) this.#group = this.#holder.appendChild(scrollable(make("div", "table"))).appendChild(make("table"));
    const row = this.#add(this.#group, "tr");
    for (const cell of cells) draw(row.appendChild(make(this.#begun ? "td" : "th")), inline(cell, { grows }).pieces);
  }

  #groupOf(tag, name) {
    this.#group ??= this.#holder.appendChild(make(tag, name));
    return this.#group;
  }

  #add(target, tag, name) {
    const element = target.appendChild(make(tag, name));
    this.#drawn.push(element);
    return element;
  }

  #draw(target, pieces) {
    this.#drawn.push(...draw(target, pieces));
  }
}

function isFence(line, opening) {
  const marks = line.trim();
  return marks.length >= opening.length && marks === opening[0].repeat(marks.length);
}

function draw(target, pieces) {
  const nodes = pieces.map(({ text, styles }) => styles.reduceRight(styled, document.createTextNode(text)));
  target.append(...nodes);
  return nodes;
}

function styled(node, style) {
  const element = style === "link" ? make("span", "link") : make(style);
  element.append(node);
  return element;
}

function make(tag, name = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  return element;
}

// What is wider than the page is scrolled in its own box, by a keyboard too.
function scrollable(element) {
  element.tabIndex = 0;
  return element;
}
