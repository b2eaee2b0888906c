// Paints one running reply: the closed blocks as the server rendered them, the open one in its likely shape,
// some 20 times a second however many events came, at a cost that the length of the reply does not change.

import { Transcript } from "../client/chat_client.js";
import { ClosedBlocks } from "./closed_blocks.js";
import { Tail } from "./tail.js";
import { say } from "./texts.js";
import { Thinking } from "./thinking.js";

const BETWEEN = 45; // ms between two paintings: every third frame, which reads as smoothly, for a third of the work
const SLOW_START = 5000; // ms without a word after which the page says why that may be

export class ReplyView {
  #article;
  #text = new Transcript();
  #reasoning = new Transcript();
  #tail = new Tail();
  #blocks = new ClosedBlocks(this.#tail.element);
  #thinking;
  #tailShown = { from: 0, to: 0 }; // code points
  #reasoningShown = 0; // code points already in the page
  #painted = false;
  #frame = 0;
  #pause = 0;
  #paintedAt = -Infinity; // ms of the page's clock
  #slow = 0;

  constructor(article) {
    this.#thinking = new Thinking({ isSeen: !article.dataset.id });
    this.seat(article);
    this.#expectWords();
  }

  /** Paint into this article from now on: the server may have rendered the page around us anew. */
  seat(article) {
    this.#article = article;
    this.#painted = false;
    this.#reasoningShown = 0;
    this.#thinking.seat(article);
    if (this.#hasWords()) this.#schedule();
    else if (!this.#find(".prose").textContent) this.note(say("waiting"));
  }

  get article() {
    return this.#article;
  }

  get text() {
    return this.#text.text;
  }

  /** Whether all of the text is painted as the server rendered it, block by block. */
  get isRendered() {
    return this.#painted && this.#blocks.end === this.#text.length;
  }

  /** False where a piece before this event is missing. */
  take(event) {
    switch (event.type) {
      case "delta":
        if (this.#text.has(event.offset, event.text)) break; // it comes again: another tab begins to follow
        // After a server was killed, text that was shown may not have been saved: then it comes anew.
        this.#blocks.cut(event.offset);
        if (event.offset < this.#tailShown.to) this.#dropTail();
        return this.#put(this.#text, event);
      case "reasoning":
        if (this.#reasoning.has(event.offset, event.text)) break;
        if (event.offset < this.#reasoningShown) this.#reasoningShown = 0;
        return this.#put(this.#reasoning, event);
      case "block":
        this.#blocks.put(event);
        this.#schedule();
        break;
      case "queue":
        this.note(event.place > 0 ? say("queue", event) : say("waiting"));
        if (event.place > 0) clearTimeout(this.#slow);
        else this.#expectWords();
        break;
      case "end":
        if (event.length < this.#tailShown.to) this.#dropTail();
        this.#text.cut(event.length);
        this.#blocks.cut(event.length);
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
    clearTimeout(this.#pause);
    cancelAnimationFrame(this.#frame);
    this.note("");
    this.#paint();
    this.#thinking.end();
    if (!this.#tail.element.hasChildNodes()) this.#tail.element.remove();
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

  #schedule() {
    if (this.#frame || this.#pause) return;
    const pause = this.#paintedAt + BETWEEN - performance.now();
    if (pause > 0) this.#pause = setTimeout(() => this.#inNextFrame(), pause);
    else this.#inNextFrame();
  }

  #inNextFrame() {
    this.#pause = 0;
    this.#frame = requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    this.#frame = this.#pause = 0;
    this.#paintedAt = performance.now();
    if (!this.#painted && this.#hasWords()) {
      this.#blocks.unpaint();
      this.#find(".prose").replaceChildren(this.#tail.element); // in place of what the server had rendered
      this.#painted = true;
    }
    this.#paintReasoning();
    if (this.#painted) {
      this.#blocks.paint();
      this.#paintTail();
    }
    this.#article.dispatchEvent(new CustomEvent("painted", { bubbles: true }));
  }

  // Mostly it grew at its end: then only the new piece is given to the page.
  #paintTail() {
    if (this.#tailShown.from !== this.#blocks.end) this.#dropTail();
    if (this.#text.length > this.#tailShown.to) this.#tail.append(this.#text.from(this.#tailShown.to));
    this.#tailShown.to = this.#text.length;
  }

  #dropTail() {
    this.#tail.clear();
    this.#tailShown = { from: this.#blocks.end, to: this.#blocks.end };
  }

  #paintReasoning() {
    if (this.#reasoning.length > this.#reasoningShown) {
      if (this.#reasoningShown === 0) this.#thinking.clear();
      this.#thinking.append(this.#reasoning.from(this.#reasoningShown));
      this.#reasoningShown = this.#reasoning.length;
    }
    if (this.#text.length > 0) this.#thinking.end();
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
