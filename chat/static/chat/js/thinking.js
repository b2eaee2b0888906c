// The reasoning of a running reply: its text, folded away, and how long the model has been thinking.

import { LineGroups } from "./line_groups.js";
import { say } from "./texts.js";

export class Thinking {
  #began = 0; // ms; 0 where that is not known: it was before this page looked
  #ended = 0;
  #clock = 0;
  #details = null;
  #text = null;

  /** `isSeen`: this page has followed the reply from its beginning, so it can tell the time. */
  constructor({ isSeen }) {
    this.isSeen = isSeen;
  }

  /** Show it in this article from now on. */
  seat(article) {
    this.#details = article.querySelector(".reasoning");
    this.#text = null;
  }

  clear() {
    this.#text?.clear();
  }

  append(text) {
    if (!this.#text) {
      this.#text = new LineGroups(this.#details.querySelector(".reasoning-text"));
      this.#text.clear(); // in place of what the server had rendered
    }
    this.#text.append(text);
    this.#details.hidden = false;
    if (this.isSeen && !this.#began) {
      this.#began = Date.now();
      this.#clock = setInterval(() => this.#label(), 1000);
    }
    this.#label();
  }

  /** The answer began, or nothing more comes. */
  end() {
    clearInterval(this.#clock);
    this.#ended ||= Date.now();
    if (this.#details?.hidden === false) this.#label();
  }

  #label() {
    const label = this.#details.querySelector(".reasoning-label");
    const text = this.#words();
    if (label.textContent !== text) label.textContent = text;
  }

  #words() {
    const seconds = this.#began ? Math.round(((this.#ended || Date.now()) - this.#began) / 1000) : 0;
    if (seconds < 1) return say(this.#ended ? "reasoning" : "thinking");
    if (!this.#ended) return say("thinking_for", { seconds });
    return seconds < 60 ? say("thought_for", { seconds }) : say("thought_long", { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
  }
}
