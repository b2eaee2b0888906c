// Copying text, also on a plain http address that is not localhost, where there is no `navigator.clipboard`.

import { say } from "./texts.js";
import { toast } from "./toast.js";

export async function copy(text) {
  toast(say((await write(text)) ? "copied" : "not_copied"));
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr-only";
  area.readOnly = true;
  const focused = document.activeElement;
  // While a dialog is open, nothing outside it can be selected.
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus({ preventScroll: true });
  return done;
}
