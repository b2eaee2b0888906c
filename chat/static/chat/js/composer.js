// The box: grows with its text, keeps its draft, sends on Enter, and says what went wrong beside it.

import { Attachments } from "./attachments.js";
import { draftOf, keepDraft } from "./drafts.js";
import { say } from "./texts.js";

const form = document.getElementById("composer");
const box = document.getElementById("box");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
const trouble = document.getElementById("trouble");
const connection = document.getElementById("connection");
const placeholder = box.placeholder;

export class Composer {
  attachments = new Attachments(this);
  #running = false;
  #waiting = false; // to ask, as soon as the files are uploaded
  #trouble = null; // what is said of it
  #draftOf = "";
  #onask;

  /** `onask(text, files)` and `onstop()` are the user's wishes. */
  constructor({ onask, onstop }) {
    this.#onask = onask;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    submitOnEnter(box, form);
    box.addEventListener("input", () => {
      this.#fit();
      keepDraft(this.#draftOf, box.value);
      if (this.#trouble?.status === 409) this.trouble(null); // what stood in the way may do so no more
    });
    stop.addEventListener("click", onstop);
    this.#fit();
  }

  /** Which conversation's draft is in the box; "" is a new one. What is there already goes along. */
  open(conversation) {
    if (box.value && conversation !== this.#draftOf) keepDraft(this.#draftOf, "");
    this.#draftOf = conversation;
    this.#write(box.value || draftOf(conversation));
    this.attachments.open(conversation);
  }

  /** A question that was not asked comes back, with its files. */
  fill(text, files = []) {
    this.#write(text);
    this.attachments.put(files);
  }

  clear() {
    this.fill("");
  }

  /** A question comes back: before what was typed since. */
  giveBack(text, files = []) {
    const typed = box.value.trim() ? `${text}\n\n${box.value}` : text;
    this.fill(typed, [...files, ...this.attachments.described]);
  }

  /** Text at the caret, as if it had been typed. */
  insert(text) {
    box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input"));
    box.focus();
  }

  filesChanged() {
    const some = !document.getElementById("chips").hidden;
    box.placeholder = some ? say("ask_about_files") : placeholder;
  }

  focus() {
    // On a phone the keyboard would jump up and cover the reply.
    if (matchMedia("(hover: hover)").matches) box.focus({ preventScroll: true });
  }

  /** Send or Stop is there, never both. The focus goes along. */
  set running(running) {
    const held = document.activeElement === (running ? send : stop);
    this.#running = running;
    send.hidden = running;
    stop.hidden = !running;
    if (held) (running ? stop : send).focus();
    this.#fit();
  }

  /** A sentence near the box; for somebody who was signed out with the way back in. */
  trouble(refused) {
    this.#trouble = refused;
    trouble.hidden = !refused;
    const [sentence, link] = trouble.children;
    sentence.textContent = refused?.message ?? "";
    link.hidden = refused?.status !== 401;
    if (!link.hidden) {
      link.textContent = say("sign_in");
      link.href = `/accounts/login/?next=${encodeURIComponent(location.pathname)}`;
    }
  }

  /** This one is over: say it no longer. */
  settled(refused) {
    if (refused && this.#trouble === refused) this.trouble(null);
  }

  /** How the connection is, quietly; empty where all is well. */
  connection(text) {
    connection.textContent = text;
    connection.hidden = !text;
  }

  async #submit() {
    if (!box.value.trim() || this.#running || this.#waiting) return;
    if (this.attachments.isUploading) {
      this.#waiting = true;
      this.connection(say("uploading"));
      await this.attachments.settled();
      this.#waiting = false;
      this.connection("");
      if (!box.value.trim() || this.#running) return;
    }
    const obstacle = this.attachments.obstacle;
    if (obstacle) return this.trouble({ message: obstacle });
    this.#onask(box.value, this.attachments.described);
  }

  #write(text) {
    box.value = text;
    keepDraft(this.#draftOf, text);
    this.#fit();
  }

  #fit() {
    send.disabled = !box.value.trim();
    grow(box);
  }
}

/** Enter submits, Shift+Enter breaks the line; an input method that composes a word keeps its Enter. */
export function submitOnEnter(area, form) {
  area.addEventListener("keydown", (event) => {
    // 229: Safari ends the composition before it tells of the key.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

export function grow(area) {
  if (CSS.supports("field-sizing", "content")) return; // the browser does it
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}
