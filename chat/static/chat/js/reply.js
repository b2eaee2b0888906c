// Paints one running reply: the closed blocks as the server rendered them, the open tail as text,
// once per animation frame however many events came.

import { Transcript } from "./transcript.js";
import { say } from "./texts.js";

const SLOW_START = 5000; // ms without a word after which the page says why that may be

export class ReplyView {
  #article;
  #text = new Transcript();
  #reasoning = new Transcript();
  #blocks = []; // {offset, length, html, element}, by index
  #tail = document.createElement("div");
  #reasoningShown = 0; // code points already in the page
  #painted = false;
  #frame = 0;
  #slow = 0;

  constructor(article) {
    this.#tail.className = "tail";
    this.seat(article);
    this.#expectWords();
  }

  /** Paint into this article from now on: the server may have rendered the page around us anew. */
  seat(article) {
    this.#article = article;
    this.#painted = false;
    this.#reasoningShown = 0;
    this.#blocks.forEach((block) => (block.element = null));
    if (this.#hasWords()) this.#schedule();
    else if (!this.#find(".prose").textContent) this.note(say("waiting"));
  }

  get article() {
    return this.#article;
  }

  get text() {
    return this.#text.text;
  }

  /** False where a piece before this event is missing. */
  take(event) {
    switch (event.type) {
      case "delta":
        this.#dropBlocksBeyond(event.offset);
        return this.#put(this.#text, event);
      case "reasoning":
        if (event.offset < this.#reasoningShown) this.#reasoningShown = 0;
        return this.#put(this.#reasoning, event);
      case "block":
        this.#blocks[event.index] = { ...event, element: this.#blocks[event.index]?.element, isNew: true };
        this.#schedule();
        break;
      case "queue":
        this.note(event.place > 0 ? say("queue", event) : say("waiting"));
        if (event.place > 0) clearTimeout(this.#slow);
        else this.#expectWords();
        break;
      case "end":
        this.#text.cut(event.length);
        this.#dropBlocksBeyond(event.length);
        this.finish();
        break;
    }
    return true;
  }

  /** The quiet line below the text; empty takes it away. */
  note(text) {
    showNote(this.#article, text);
  }

  /** Paint what is there now; nothing more comes. */
  finish() {
    clearTimeout(this.#slow);
    cancelAnimationFrame(this.#frame);
    this.note("");
    this.#paint();
  }

  #expectWords() {
    clearTimeout(this.#slow);
    this.#slow = setTimeout(() => this.#hasWords() || this.note(say("loading")), SLOW_START);
  }

  #put(transcript, { offset, text }) {
    const first = !this.#hasWords();
    if (!transcript.put(offset, text)) return false;
    if (first) this.note("");
    this.#schedule();
    return true;
  }

  #hasWords() {
    return this.#text.length + this.#reasoning.length > 0;
  }

  // After a server was killed, text that was shown may not have been saved: then it comes anew.
  #dropBlocksBeyond(length) {
    while (this.#blocks.length && !fits(this.#blocks.at(-1), length)) this.#blocks.pop()?.element?.remove();
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    this.#frame = 0;
    if (!this.#painted && this.#hasWords()) {
      this.#find(".prose").replaceChildren(this.#tail); // in place of what the server had rendered
      this.#painted = true;
    }
    this.#paintReasoning();
    let closed = 0;
    for (const block of this.#blocks) {
      if (!block) break; // its neighbour before is still under way
      if (block.isNew || !block.element) this.#paintBlock(block);
      closed = block.offset + block.length;
    }
    // The line breaks between two blocks are no text.
    this.#paintTail(this.#text.from(closed).replace(/^\n+/, ""));
    this.#article.dispatchEvent(new CustomEvent("painted", { bubbles: true }));
  }

  #paintBlock(block) {
    const element = document.createElement("div");
    element.className = "block";
    element.innerHTML = block.html; // sanitised by the server
    if (block.element) block.element.replaceWith(element);
    else this.#tail.before(element);
    block.element = element;
    block.isNew = false;
  }

  // Mostly it grew at its end: then only the new piece is given to the page.
  #paintTail(text) {
    const shown = this.#tail.textContent;
    if (shown && text.startsWith(shown)) this.#tail.lastChild.appendData(text.slice(shown.length));
    else this.#tail.textContent = text;
  }

  #paintReasoning() {
    if (this.#reasoning.length === 0) return;
    const details = this.#find(".reasoning");
    const text = details.querySelector(".reasoning-text");
    if (this.#reasoningShown === 0) text.textContent = "";
    text.append(this.#reasoning.from(this.#reasoningShown));
    this.#reasoningShown = this.#reasoning.length;
    details.hidden = false;
    details.querySelector(".reasoning-label").textContent = say(this.#text.length ? "reasoning" : "thinking");
  }

  #find(selector) {
    return this.#article.querySelector(selector);
  }
}

export function showNote(article, text) {
  const note = article.querySelector("[data-note]");
  note.textContent = text;
  note.hidden = !text;
}

function fits(block, length) {
  return block !== undefined && block.offset + block.length <= length;
}
