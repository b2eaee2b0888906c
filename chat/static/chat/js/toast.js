// A sentence that shows itself for a moment and is read out by screen readers; perhaps with a button.
// One at a time: a new one takes the place of the one before.

const SHOWN = 4000; // ms
const WITH_BUTTON = 10_000; // ms: time to read, to think better of it, and to get there by keyboard

const toasts = document.getElementById("toasts");
let leaving = 0;

/** `action` is `{ label, act }`: what the button says and does. It goes away when it was pressed. */
export function toast(text, action = null) {
  const note = document.createElement("div");
  note.className = "toast";
  const sentence = document.createElement("span");
  sentence.textContent = text;
  note.append(sentence);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.label;
    button.addEventListener("click", () => {
      note.remove();
      action.act();
    });
    note.append(button);
    // Whoever points at it or has it under the keyboard still wants it.
    note.addEventListener("pointerenter", () => clearTimeout(leaving));
    note.addEventListener("focusin", () => clearTimeout(leaving));
    note.addEventListener("pointerleave", () => leaveSoon(note, WITH_BUTTON));
    note.addEventListener("focusout", () => leaveSoon(note, WITH_BUTTON));
  }
  comeForward();
  toasts.replaceChildren(note);
  leaveSoon(note, action ? WITH_BUTTON : SHOWN);
}

// Behind an open dialog, or a phone's open list, nothing is seen, pressed or read out: while there is one, the
// sentence stands in it.
function comeForward() {
  const cover = [...document.querySelectorAll("dialog[open], #sidebar:popover-open")].at(-1);
  if (toasts.parentElement === (cover ?? document.body)) return;
  (cover ?? document.body).append(toasts);
  for (const closing of ["close", "beforetoggle"]) {
    cover?.addEventListener(closing, () => document.body.append(toasts), { once: true });
  }
}

function leaveSoon(note, milliseconds) {
  clearTimeout(leaving);
  leaving = setTimeout(() => note.matches(":hover, :focus-within") || note.remove(), milliseconds);
}
