// The box: grows with its text, keeps its draft, sends on Enter, and says what went wrong beside it.

import { say } from "./texts.js";

const form = document.getElementById("composer");
const box = document.getElementById("box");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
const trouble = document.getElementById("trouble");
const connection = document.getElementById("connection");

export class Composer {
  #running = false;
  #draftOf = "";

  /** `onask(text)` and `onstop()` are the user's wishes. */
  constructor({ onask, onstop }) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = box.value;
      if (text.trim() && !this.#running) onask(text);
    });
    submitOnEnter(box, form);
    box.addEventListener("input", () => {
      this.#fit();
      keepDraft(this.#draftOf, box.value);
    });
    stop.addEventListener("click", onstop);
    this.#fit();
  }

  /** Which conversation's draft is in the box; "" is a new one. Text that is there already stays. */
  open(conversation) {
    this.#draftOf = conversation;
    this.fill(box.value || draftOf(conversation));
  }

  fill(text) {
    box.value = text;
    keepDraft(this.#draftOf, text);
    this.#fit();
  }

  clear() {
    this.fill("");
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
    trouble.hidden = !refused;
    const [sentence, link] = trouble.children;
    sentence.textContent = refused?.message ?? "";
    link.hidden = refused?.status !== 401;
    if (!link.hidden) {
      link.textContent = say("sign_in");
      link.href = `/accounts/login/?next=${encodeURIComponent(location.pathname)}`;
    }
  }

  /** How the connection is, quietly; empty where all is well. */
  connection(text) {
    connection.textContent = text;
    connection.hidden = !text;
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

function keepDraft(conversation, text) {
  if (text) localStorage.setItem(`draft:${conversation}`, text);
  else localStorage.removeItem(`draft:${conversation}`);
}

function draftOf(conversation) {
  return localStorage.getItem(`draft:${conversation}`) ?? "";
}
