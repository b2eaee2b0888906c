// A sentence that shows itself for a moment and is read out by screen readers.

const SHOWN = 4000; // ms

export function toast(text) {
  const note = document.createElement("p");
  note.className = "toast";
  note.textContent = text;
  document.getElementById("toasts").replaceChildren(note);
  setTimeout(() => note.remove(), SHOWN);
}
