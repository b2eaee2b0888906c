// Lists what comes and goes, each with its time: pieces of a stream, frames of a socket.

import { say } from "./texts.js";

const MOST = 500; // a page that shows a long stream for hours stays quick

export class Shown {
  #list;
  #dropped = 0;
  #began = performance.now();

  constructor(list) {
    this.#list = list;
  }

  begin() {
    this.#began = performance.now();
    this.#dropped = 0;
    this.#list.replaceChildren();
    this.#list.hidden = true;
  }

  seconds() {
    return ((performance.now() - this.#began) / 1000).toFixed(3);
  }

  /** `direction`: "from_client" or "from_server", where there are two. */
  add(text, direction) {
    const item = document.createElement("li");
    const time = document.createElement("span");
    time.className = "moment";
    time.textContent = `${direction ? `${direction === "from_client" ? "→" : "←"} ` : ""}${this.seconds()}`;
    if (direction) time.title = say(direction);
    const code = document.createElement("code");
    code.textContent = text;
    item.append(time, " ", code);
    this.#list.append(item);
    this.#list.hidden = false;
    if (this.#list.childElementCount > MOST) this.#dropTheFirst();
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  #dropTheFirst() {
    const isNote = this.#list.firstElementChild.className === "note";
    const note = isNote ? this.#list.firstElementChild : document.createElement("li");
    note.className = "note";
    note.nextElementSibling?.remove();
    if (!isNote) {
      this.#list.firstElementChild.remove();
      this.#list.prepend(note);
    }
    this.#dropped += 1;
    note.textContent = say("cut", { count: this.#dropped });
  }
}
